/** WGSL files are imported as text: esbuild's text loader, and a plugin in the tests. */
declare module '*.wgsl' {
  const source: string;
  export default source;
}
