// What the camera sees, for as long as it is looked at: asked for, drawn into a canvas, put down.

/** Opens the camera. @param {DOMStringMap} words why it cannot be: insecure, refused, missing, busy
 *  @returns {Promise<Feed | string>} the camera, or why not */
export async function openCamera(words) {
  if (!isSecureContext || !navigator.mediaDevices?.getUserMedia) return words.insecure;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 640 } }, audio: false });
    return new Feed(stream);
  } catch (error) {
    return { NotAllowedError: words.refused, NotFoundError: words.missing }[error.name] ?? words.busy;
  }
}

export class Feed {
  /** @param {MediaStream} stream */
  constructor(stream) {
    this.stream = stream;
    this.video = document.createElement("video");
    this.video.muted = this.video.playsInline = true;
    this.video.srcObject = stream;
  }

  /** @param {() => void} stop what is done where the camera is pulled out or the page is hidden @param {AbortSignal} signal */
  async play(stop, signal) {
    for (const track of this.stream.getTracks()) track.addEventListener("ended", stop, { signal });
    document.addEventListener("visibilitychange", () => document.hidden && stop(), { signal });
    await this.video.play().catch(stop);
  }

  /** Draws the middle of what is seen, as much as fills the canvas. @param {HTMLCanvasElement} canvas @returns {boolean} whether anything is seen yet */
  draw(canvas) {
    const { width, height } = canvas, { video } = this, pen = canvas.getContext("2d");
    if (!video.videoWidth) return false;
    const scale = Math.max(width / video.videoWidth, height / video.videoHeight), [w, h] = [width / scale, height / scale];
    pen.imageSmoothingQuality = "high";
    pen.drawImage(video, (video.videoWidth - w) / 2, (video.videoHeight - h) / 2, w, h, 0, 0, width, height);
    return true;
  }

  close() {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
