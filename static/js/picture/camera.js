// One picture from the camera. Live preview and shutter where the page is secure and there is a camera; the device's own
// camera, or a file, everywhere else.
import { file } from "./tool.js";

const MOST = 1024; // pixels of the longer side that is kept

/** @type {import("./tool.js").Tool} */
export function start(section, stop) {
  const given = section.querySelector("form").dataset;
  const viewer = section.querySelector(".viewer"), video = section.querySelector("video"), canvas = section.querySelector("canvas");
  const [again, shoot, use] = ["[data-do=again]", "[data-do=shoot]", "[data-use]"].map((selector) => section.querySelector(selector));
  const input = section.querySelector("input[type=file]"), told = section.querySelector(".told");
  let stream = null, taken = false;
  const show = () => {
    canvas.hidden = again.hidden = !taken;
    video.hidden = shoot.hidden = taken;
    use.hidden = !taken;
  };

  /** Looks through the camera; says why not where it cannot. */
  async function look() {
    if (!isSecureContext || !navigator.mediaDevices?.getUserMedia) return; // the file field is there already
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
    } catch (error) {
      told.textContent = { NotAllowedError: given.refused, NotFoundError: given.missing }[error.name] ?? given.busy;
      return;
    }
    if (stop.aborted) { close(); return; }
    video.srcObject = stream;
    viewer.hidden = false;
    section.querySelector(".capture").hidden = true;
    show();
    await video.play().catch(() => {});
    shoot.focus();
  }

  const close = () => { for (const track of stream?.getTracks() ?? []) track.stop(); };
  stop.addEventListener("abort", close);
  shoot.addEventListener("click", () => {
    const scale = Math.min(1, MOST / Math.max(video.videoWidth, video.videoHeight));
    if (!video.videoWidth) return;
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    taken = true;
    show();
    use.focus();
  });
  again.addEventListener("click", () => { taken = false; show(); shoot.focus(); });
  use.disabled = true;
  input.addEventListener("change", () => { use.disabled = !input.files.length; });
  new MutationObserver(() => { use.disabled = !taken && !input.files.length; }).observe(canvas, { attributes: true });
  look();
  return async (data) => { if (taken) data.set("file", await file(canvas)); };
}
