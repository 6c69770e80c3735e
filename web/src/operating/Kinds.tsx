import { Anchor, Badge, Group, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { Asked, Empty } from '../parts/Answers'
import { Part, Section } from './parts'

/** How many trades of every kind are in each of its states, as it now is. */
export function useCounts() {
  return useAsked(['trade', 'kinds'], () => GET('/api/operator/views/kinds'))
}

/** Every kind, and where its trades are. */
export default function Kinds() {
  const { t } = useTranslation()
  const counts = useCounts()
  return (
    <Part title={t('operating.parts.kinds')} about={t('operating.kinds.about')} again={false}>
      <Asked answer={counts} empty={({ items }) => items.length === 0 && <Empty title={t('operating.kinds.none')} />}>
        {({ items }) => (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {items.map((kind) => (
              <Section key={kind.kind} title={kind.title} count={t('operating.kinds.trades', { count: kind.trades })}>
                <Text size="sm" c="dimmed">
                  {t('operating.kinds.listings', { count: kind.listings })}
                </Text>
                <Group gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
                  {kind.states.map((state) => (
                    <li key={state.state}>
                      <Badge
                        size="lg"
                        component={Link}
                        to={`/operating/trades?kind=${kind.kind}&state=${state.state}`}
                        variant={state.count > 0 ? 'light' : 'outline'}
                        color={state.count > 0 ? 'teal' : 'gray'}
                        c="inherit"
                        style={{ cursor: 'pointer' }}
                        tt="none"
                      >
                        {`${state.label} ${state.count}`}
                      </Badge>
                    </li>
                  ))}
                </Group>
                {kind.version !== null && (
                  <Anchor component={Link} to={`/operating/kinds/${kind.kind}`}>
                    {t('operating.kinds.see', { kind: kind.title })}
                  </Anchor>
                )}
              </Section>
            ))}
          </SimpleGrid>
        )}
      </Asked>
    </Part>
  )
}
