import { lazy, Suspense, type ComponentType } from 'react'
import { matchPath, Route, Routes } from 'react-router'
import { Arriving } from './parts/Answers'
import { Search } from './search/Search'
import { Shell } from './shell/Shell'

/** A page that people come to by a link that somebody sent them: its program is fetched at once, and not only when what stands around it has been drawn. */
function arrivedAt(path: string, load: () => Promise<{ default: ComponentType }>) {
  if (matchPath(path, location.pathname)) {
    void load()
  }

  return lazy(load)
}

const OneListing = arrivedAt('/listings/:id', () => import('./listing/OneListing'))
const MyTrades = lazy(() => import('./trade/MyTrades'))
const OneTrade = arrivedAt('/trades/:id', () => import('./trade/OneTrade'))
const Notices = lazy(() => import('./notices/Notices'))
const Selling = lazy(() => import('./selling/Selling'))
const NewThing = lazy(() => import('./selling/NewThing'))
const OneThing = lazy(() => import('./selling/OneThing'))
const Deliveries = lazy(() => import('./selling/Deliveries'))
const Statement = lazy(() => import('./selling/Statement'))
const SignIn = lazy(() => import('./people/SignIn'))
const SignUp = lazy(() => import('./people/SignUp'))
const Me = lazy(() => import('./people/Me'))
const Lab = lazy(() => import('./lab/Lab'))
const Tour = lazy(() => import('./tour/Tour'))
const Operating = lazy(() => import('./operating/Operating'))
const Attention = lazy(() => import('./operating/Attention'))
const AllTrades = lazy(() => import('./operating/AllTrades'))
const OneExplained = lazy(() => import('./operating/OneExplained'))
const Kinds = lazy(() => import('./operating/Kinds'))
const OneKind = lazy(() => import('./operating/OneKind'))
const Ledger = lazy(() => import('./operating/Ledger'))
const Books = lazy(() => import('./operating/Books'))
const Queues = lazy(() => import('./operating/Queues'))
const Acts = lazy(() => import('./operating/Acts'))
const People = lazy(() => import('./operating/People'))
const Nowhere = lazy(() => import('./shell/Nowhere'))

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
