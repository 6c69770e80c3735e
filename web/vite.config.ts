import { brotliCompressSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The program sends what is text as it lies here: compressed once, not at each request. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (/\.(js|css|svg)$/.test(file.fileName)) {
          const source = Buffer.from(file.type === 'chunk' ? file.code : file.source)
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotliCompressSync(source) })
        }
      }
    },
  },
}

export default defineConfig({
  plugins: [react(), compressed],
  build: {
    outDir: '../artifacts/web',
    emptyOutDir: true,
    // Colours that follow light and dark are left to the browser.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A policy without exceptions: nothing is written into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
})
