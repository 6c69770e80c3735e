import { Anchor, Button, Card, Group, Modal, Stack, Tabs, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useCommand, useKind } from '../api/asking'
import { GET, POST, type Shape } from '../api/client'
import { useList } from '../api/lists'
import { Cover } from '../listing/Cover'
import { Asked, Empty, Refused } from '../parts/Answers'
import { More } from '../parts/More'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { When } from '../parts/When'
import { Places } from './Places'

const states = ['under-way', 'arrived', 'cancelled'] as const

/** What is to be brought to buyers, and what was. */
export default function Deliveries() {
  const { t } = useTranslation()
  const [wanted, want] = useSearchParams()
  const state = states.find((one) => one === wanted.get('show')) ?? 'under-way'
  const deliveries = useList(['trade', 'deliveries', state], (cursor) => GET('/api/deliveries', { params: { query: { as: 'seller', state, ...(cursor ? { cursor } : {}) } } }))
  return (
    <OnlyFor>
      <Stack>
        <Title>{t('selling.deliveries.title')}</Title>
        <Places />
        <Tabs value={state} onChange={(show) => want({ show: show! })}>
          <Tabs.List>
            {states.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(`delivery.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={state} pt="md">
            <Asked answer={deliveries} empty={({ items }) => items.length === 0 && <Empty title={t(`selling.deliveries.none.${state}`)} />}>
              {({ items }) => (
                <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
                  {items.map((delivery) => (
                    <Delivery key={delivery.trade} delivery={delivery} />
                  ))}
                </Stack>
              )}
            </Asked>
            <More of={deliveries} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </OnlyFor>
  )
}

function Delivery({ delivery }: { delivery: Shape['DeliveryView'] }) {
  const { t } = useTranslation()
  const kind = useKind(delivery.kind)
  const [asking, ask] = useState(false)
  const arrive = useCommand((trade: string, key) => POST('/api/deliveries/{trade}/arrived', { params: { path: { trade }, header: { 'Idempotency-Key': key } } }), 'trade')
  return (
    <Card component="li" withBorder padding="sm">
      <Group justify="space-between" align="flex-start">
        <Group wrap="nowrap" align="flex-start">
          <Cover listing={delivery.listing.id} kind={delivery.kind} title={delivery.listing.title} />
          <Stack gap={4}>
            <Anchor component={Link} to={`/trades/${delivery.trade}`} c="inherit" fw={600}>
              {delivery.listing.title}
            </Anchor>
            {delivery.address && <Text>{delivery.address}</Text>}
            <Text size="sm" c="dimmed">
              {kind ? `${kind.title} · ` : ''}
              {t(`delivery.${delivery.state as 'arrived'}`, { defaultValue: delivery.state })} · <When at={delivery.since} />
            </Text>
          </Stack>
        </Group>
        {delivery.youMay.length > 0 && (
          <Button aria-label={t('selling.deliveries.arrivedNamed', { title: delivery.listing.title })} onClick={() => ask(true)}>
            {t('selling.deliveries.arrived')}
          </Button>
        )}
      </Group>
      <Modal opened={asking} onClose={() => ask(false)} title={t('selling.deliveries.sure')} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        <Stack>
          <Text>{[delivery.listing.title, delivery.address].filter(Boolean).join(' · ')}</Text>
          <Text size="sm">{t('selling.deliveries.sureText')}</Text>
          {arrive.error && <Refused refusal={arrive.error} />}
          <Button loading={arrive.isPending} data-autofocus onClick={() => arrive.mutate(delivery.trade, { onSuccess: () => ask(false) })}>
            {t('selling.deliveries.arrived')}
          </Button>
        </Stack>
      </Modal>
    </Card>
  )
}
