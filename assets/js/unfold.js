// Differences from frame to frame, bytes in planes, deflated: see playground/inference/record_lab.py.
async function unfold({ shape, dtype, data }) {
  const squeezed = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const planes = new Uint8Array(await new Response(new Blob([squeezed]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer());
  const size = { uint8: 1, int8: 1, uint16: 2, float32: 4 }[dtype], n = planes.length / size, frame = n / shape[0];
  const whole = size === 1 ? planes : new (size === 2 ? Uint16Array : Uint32Array)(n);
  if (size > 1) for (let p = 0; p < size; p++) for (let i = 0; i < n; i++) whole[i] += planes[p * n + i] * 2 ** (8 * p);
  for (let i = frame; i < n; i++) whole[i] += whole[i - frame];
  const typed = dtype === 'float32' ? new Float32Array(whole.buffer) : dtype === 'int8' ? new Int8Array(whole.buffer) : whole;
  return Array.from({ length: shape[0] }, (_, k) => typed.subarray(k * frame, (k + 1) * frame));
}
