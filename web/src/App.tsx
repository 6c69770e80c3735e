import { lazy, Suspense, type ComponentType } from 'react'
import { matchPath, Route, Routes } from 'react-router'
import { Arriving } from './parts/Answers'
import { fetched } from './parts/Boundary'
import { Search } from './search/Search'
import { Shell } from './shell/Shell'

/** A page that people come to by a link that somebody sent them: its program is fetched at once, and not only when what stands around it has been drawn. */
function arrivedAt(path: string, load: () => Promise<{ default: ComponentType }>) {
  if (matchPath(path, location.pathname)) {
    load().catch(() => {
      // Said where it is drawn.
    })
  }

  return page(load)
}

function page(load: () => Promise<{ default: ComponentType }>) {
  return lazy(fetched(load))
}

const OneListing = arrivedAt('/listings/:id', () => import('./listing/OneListing'))
const MyTrades = page(() => import('./trade/MyTrades'))
const OneTrade = arrivedAt('/trades/:id', () => import('./trade/OneTrade'))
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
const Attention = page(() => import('./operating/Attention'))
const AllTrades = page(() => import('./operating/AllTrades'))
const OneExplained = page(() => import('./operating/OneExplained'))
const Kinds = page(() => import('./operating/Kinds'))
const OneKind = page(() => import('./operating/OneKind'))
const Ledger = page(() => import('./operating/Ledger'))
const Books = page(() => import('./operating/Books'))
const Queues = page(() => import('./operating/Queues'))
const Acts = page(() => import('./operating/Acts'))
const People = page(() => import('./operating/People'))
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
          <Route path="operating" element={<Operating />}>
            <Route index element={<Attention />} />
            <Route path="trades" element={<AllTrades />} />
            <Route path="trades/:id" element={<OneExplained />} />
            <Route path="kinds" element={<Kinds />} />
            <Route path="kinds/:id" element={<OneKind />} />
            <Route path="ledger" element={<Ledger />} />
            <Route path="books" element={<Books />} />
            <Route path="queues" element={<Queues />} />
            <Route path="acts" element={<Acts />} />
            <Route path="people" element={<People />} />
          </Route>
          <Route path="*" element={<Nowhere />} />
        </Route>
      </Routes>
    </Suspense>
  )
}
