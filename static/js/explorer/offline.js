// Nobody answers: whatever asked, it is said once, until somebody answers again.

/** @param {() => void} lost says so @param {() => void} found takes it back */
export function listenForSilence(lost, found) {
  const { fetch } = window;
  window.fetch = async (...asked) => {
    try {
      const answer = await fetch(...asked);
      found();
      return answer;
    } catch (error) {
      if (error.name === "TypeError") lost(); // what was given up ends in an AbortError
      throw error;
    }
  };
  // A script that should have come now; and who asked for something and did not expect silence.
  addEventListener("unhandledrejection", (event) => {
    if (!(event.reason instanceof TypeError) || !/fetch|import|network|load/i.test(event.reason.message)) return;
    event.preventDefault();
    lost();
  });
}
