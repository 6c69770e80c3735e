import { readFileSync } from 'node:fs'
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
        if (/\.(m?js|css|svg)$/.test(file.fileName)) {
          const source = Buffer.from(file.type === 'chunk' ? file.code : file.source)
          this.emitFile({ type: 'asset', fileName: `${file.fileName}.br`, source: brotliCompressSync(source) })
        }
      }
    },
  },
}

/**
 * Names in the page what its entry begins: the program, and the texts of each language. The server keeps the texts of the page's language, and
 * the program only where it draws nothing itself: what is drawn is seen sooner if nothing else is fetched at the same time.
 */
const fetchedBeforehand: Plugin = {
  name: 'fetched-beforehand',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler(_, { bundle }) {
      const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk')
      const beforehand = (fileName: string, attrs: object) => ({
        tag: 'link',
        injectTo: 'head' as const,
        attrs: { rel: 'modulepreload', crossorigin: true, href: `/${fileName}`, ...attrs },
      })
      const program = new Set<string>()
      const gather = (fileName: string) => {
        const chunk = chunks.find((one) => one.fileName === fileName)
        if (chunk && !chunk.isEntry && !program.has(fileName)) {
          program.add(fileName)
          chunk.imports.forEach(gather)
        }
      }
      chunks.filter((chunk) => chunk.facadeModuleId?.endsWith('/src/main.tsx')).forEach((chunk) => gather(chunk.fileName))
      return [
        ...[...program].map((fileName) => beforehand(fileName, { 'data-program': true })),
        ...chunks.flatMap((chunk) => {
          const language = /\/texts\/(\w+)\.json$/.exec(chunk.facadeModuleId ?? '')?.[1]
          return language ? [beforehand(chunk.fileName, { 'data-language': language })] : []
        }),
      ]
    },
  },
}

/** What the first things are drawn with stands in the page itself: nothing has to be fetched before they are seen. */
const stylesWithin: Plugin = {
  name: 'styles-within',
  transformIndexHtml: { order: 'pre', handler: (html) => html.replace('</head>', () => `<style>${readFileSync('src/first.css', 'utf8')}</style></head>`) },
}

/** Leaves out the font's files of other scripts: its Korean files have most Latin letters too. */
const koreanFilesOnly: Plugin = {
  name: 'korean-files-only',
  enforce: 'pre',
  transform: (code, id) => (/noto-sans-kr\/\w+\.css/.test(id) ? code.replace(/\/\* noto-sans-kr-(latin|latin-ext|cyrillic|vietnamese)-[^@]*@font-face \{[^}]*\}/g, '') : undefined),
}

export default defineConfig({
  plugins: [react(), compressed, fetchedBeforehand, stylesWithin, koreanFilesOnly],
  build: {
    outDir: '../artifacts/web',
    emptyOutDir: true,
    // Colours that follow light and dark are left to the browser.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // A policy without exceptions: no script and no picture is written into the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What draws maps is one library, and fetched when a map is opened.
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { '/api': 'http://localhost:8080' } },
})
