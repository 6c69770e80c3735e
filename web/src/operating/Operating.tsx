import { Button, Group, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { NavLink, Route, Routes } from 'react-router'
import { page } from '../parts/Boundary'
import { OnlyFor } from '../parts/OnlyFor'

const Attention = page(() => import('./Attention'))
const AllTrades = page(() => import('./AllTrades'))
const Find = page(() => import('./Find'))
const OneExplained = page(() => import('./OneExplained'))
const Kinds = page(() => import('./Kinds'))
const OneKind = page(() => import('./OneKind'))
const Ledger = page(() => import('./Ledger'))
const Fees = page(() => import('./Fees'))
const Books = page(() => import('./Books'))
const Queues = page(() => import('./Queues'))
const Acts = page(() => import('./Acts'))
const People = page(() => import('./People'))
const Nowhere = page(() => import('../shell/Nowhere'))

const parts = ['attention', 'find', 'trades', 'kinds', 'ledger', 'fees', 'books', 'queues', 'people', 'acts'] as const

/** The operator's side: what needs somebody first, and from there everything that the market knows. */
export default function Operating() {
  const { t } = useTranslation()
  return (
    <OnlyFor operators>
      <Stack gap="lg">
        <Group component="nav" aria-label={t('operating.parts.label')} gap={4}>
          {parts.map((part) => (
            <NavLink key={part} to={part === 'attention' ? '/operating' : `/operating/${part}`} end={part === 'attention'}>
              {({ isActive }) => (
                <Button component="span" size="compact-md" variant={isActive ? 'light' : 'subtle'} color={isActive ? 'teal' : 'gray'} c={isActive ? undefined : 'inherit'}>
                  {t(`operating.parts.${part}`)}
                </Button>
              )}
            </NavLink>
          ))}
        </Group>
        <Routes>
          <Route index element={<Attention />} />
          <Route path="find" element={<Find />} />
          <Route path="trades" element={<AllTrades />} />
          <Route path="trades/:id" element={<OneExplained />} />
          <Route path="kinds" element={<Kinds />} />
          <Route path="kinds/:id" element={<OneKind />} />
          <Route path="ledger" element={<Ledger />} />
          <Route path="fees" element={<Fees />} />
          <Route path="books" element={<Books />} />
          <Route path="queues" element={<Queues />} />
          <Route path="acts" element={<Acts />} />
          <Route path="people" element={<People />} />
          <Route path="*" element={<Nowhere />} />
        </Routes>
      </Stack>
    </OnlyFor>
  )
}
