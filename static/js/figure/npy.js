// Reads the float32 arrays that the server writes as NumPy files.

/** @param {string} address @param {AbortSignal} signal @returns {Promise<Float32Array>} */
export async function fetchNumbers(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
  const bytes = await answer.arrayBuffer();
  const header = new DataView(bytes).getUint16(8, true);
  return new Float32Array(bytes, 10 + header);
}
