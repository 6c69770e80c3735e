import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'

const places = [
  ['/selling', 'things'],
  ['/selling/deliveries', 'deliveries'],
  ['/selling/statement', 'statement'],
] as const

/** Where a seller goes from here to there. */
export function Places() {
  const { t } = useTranslation()
  return (
    <Group component="nav" aria-label={t('selling.places.label')} gap="xs">
      {places.map(([to, name]) => (
        <NavLink key={to} to={to} end>
          {({ isActive }) => (
            <Button component="span" variant={isActive ? 'light' : 'subtle'} color={isActive ? 'teal' : 'gray'} c={isActive ? undefined : 'inherit'} size="compact-md">
              {t(`selling.places.${name}`)}
            </Button>
          )}
        </NavLink>
      ))}
    </Group>
  )
}
