// What web/build.mjs makes of imports that are not TypeScript: the URL of a file.
declare module 'worker:*' { const url: string; export default url; }
declare module 'url:*' { const url: string; export default url; }
declare module '*.wasm' { const url: string; export default url; }
declare module '*.tflite' { const url: string; export default url; }
declare module '*.binarypb' { const url: string; export default url; }
declare module '*.data' { const url: string; export default url; }
declare module '*.woff2' { const url: string; export default url; }
declare module '*.png' { const url: string; export default url; }
declare module '*.webp' { const url: string; export default url; }
declare module '*.ogg' { const url: string; export default url; }
declare module '*.svg' { const url: string; export default url; }
declare module '*.css' {}
