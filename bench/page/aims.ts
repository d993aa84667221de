/** What each ratio of the benchmarks is held to, by the figure's name; those of larger cubes as their smaller ones. */
const aims: Readonly<Record<string, string>> = {
  wasm_vs_c_openmp: '≥ 1.5',
  wasm_vs_c_fused_sse2: '≥ 1.0',
  wasm_vs_c_fused_avx2: '≥ 0.70',
  wasm_vs_roofline: '≥ 1.2',
  wasm19_vs_c_openmp: '≥ 1.1',
  wasm_vs_numba: '≥ 6',
  wasm_vs_numpy: '≥ 10',
  m2_vs_c: '≥ 1.2',
  wasm_vs_meep: '≥ 3',
  module_bytes: '≤ 4,096',
  module_ms: '≤ 10',
};

export function aimOf(name: string): string {
  if (name.startsWith('gpu_share_')) return '≥ 0.85';
  return aims[name.replace(/_384$/, '')] ?? '';
}
