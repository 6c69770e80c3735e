import { Button, Group, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { NavLink, Outlet } from 'react-router'
import { OnlyFor } from '../parts/OnlyFor'

const parts = ['attention', 'trades', 'kinds', 'ledger', 'books', 'queues', 'people', 'acts'] as const

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
        <Outlet />
      </Stack>
    </OnlyFor>
  )
}
