import { Suspense, useState, type ComponentType } from 'react'
import { matchPath, Route, Routes } from 'react-router'
import { askBefore, listingOf } from './api/asking'
import { Arriving } from './parts/Answers'
import { page } from './parts/Boundary'
import { Search } from './search/Search'
import { Shell } from './shell/Shell'
import { ready } from './texts'

/** What the page of this address needs that is fetched already, or on its way. */
const arriving: Promise<unknown>[] = []

/** Fulfilled when the page of this address can be drawn, or cannot be fetched. */
export const arrived = () => Promise.all(arriving)

/** A page that people open directly, by a link. Its program and its data are fetched at once, and not only when the shell has been drawn. */
function arrivedAt(path: string, load: () => Promise<{ default: ComponentType }>, ask?: (id: string) => Promise<unknown>) {
  // A page that is there already is drawn at once; a lazy one is not there until after the first drawing.
  let loaded: ComponentType | undefined
  const Later = page(load)
  const match = matchPath(path, location.pathname)
  if (match) {
    arriving.push(
      load().then(
        (part) => (loaded = part.default),
        // Said where it is drawn.
        () => undefined,
      ),
      // Answers are kept by language.
      ready.then(
        () => ask?.(match.params.id!),
        () => undefined,
      ),
    )
  }

  return function Arrived() {
    const [Part] = useState<ComponentType>(() => loaded ?? Later)
    return <Part />
  }
}

const OneListing = arrivedAt(
  '/listings/:id',
  () => import('./listing/OneListing'),
  (id) => askBefore(...listingOf(id)),
)
const MyTrades = page(() => import('./trade/MyTrades'))
const OneTrade = arrivedAt('/trades/:id', () => import('./trade/OneTrade'))
const Receipt = page(() => import('./trade/Receipt'))
const Notices = page(() => import('./notices/Notices'))
const Selling = page(() => import('./selling/Selling'))
const NewThing = page(() => import('./selling/NewThing'))
const OneThing = page(() => import('./selling/OneThing'))
const Deliveries = page(() => import('./selling/Deliveries'))
const Statement = page(() => import('./selling/Statement'))
const SignIn = page(() => import('./people/SignIn'))
const SignUp = page(() => import('./people/SignUp'))
const Me = page(() => import('./people/Me'))
const Lab = page(() => import('./lab/Lab'))
const Tour = page(() => import('./tour/Tour'))
const Operating = page(() => import('./operating/Operating'))
const Nowhere = page(() => import('./shell/Nowhere'))

export function App() {
  return (
    <Suspense fallback={<Arriving />}>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<Search />} />
          <Route path="listings/:id" element={<OneListing />} />
          <Route path="trades" element={<MyTrades />} />
          <Route path="trades/:id" element={<OneTrade />} />
          <Route path="trades/:id/receipt" element={<Receipt />} />
          <Route path="notices" element={<Notices />} />
          <Route path="selling" element={<Selling />} />
          <Route path="selling/new" element={<NewThing />} />
          <Route path="selling/deliveries" element={<Deliveries />} />
          <Route path="selling/statement" element={<Statement />} />
          <Route path="selling/:id" element={<OneThing />} />
          <Route path="sign-in" element={<SignIn />} />
          <Route path="sign-up" element={<SignUp />} />
          <Route path="me" element={<Me />} />
          <Route path="lab" element={<Lab />} />
          <Route path="tour" element={<Tour />} />
          <Route path="operating/*" element={<Operating />} />
          <Route path="*" element={<Nowhere />} />
        </Route>
      </Routes>
    </Suspense>
  )
}
