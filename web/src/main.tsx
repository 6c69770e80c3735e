import '@mantine/core/styles.css'
import './style.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { queries } from './api/asking'
import { listen } from './api/live'
import { takeStart } from './api/start'
import { App, arrived } from './App'
import { ready } from './texts'
import { theme } from './theme'

/** What the server has drawn is not kept longer than this. */
const patience = 3000

/** Draws the program in place of what the server has drawn. Fails when the texts of its language cannot be fetched. */
export async function begin(place: HTMLElement) {
  await ready
  listen(takeStart())
  if (place.querySelector('.drawn')) {
    // It stays until the program can draw the same.
    await Promise.race([arrived(), new Promise((done) => setTimeout(done, patience))])
  }

  const focused = place.querySelector('.drawn a:focus')?.getAttribute('href')
  flushSync(() =>
    createRoot(place).render(
      <StrictMode>
        <MantineProvider theme={theme} defaultColorScheme="auto">
          <QueryClientProvider client={queries}>
            <BrowserRouter>
              <App />
            </BrowserRouter>
          </QueryClientProvider>
        </MantineProvider>
      </StrictMode>,
    ),
  )
  if (focused) {
    place.querySelector<HTMLElement>(`#main a[href="${focused}"]`)?.focus()
  }

  // The program does not wait for its fonts: text is shown in a font of the device until they are loaded.
  import('./letters').catch(() => {
    // It stays in the font of the device.
  })
}
