import { Anchor, Card, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useAsked, useKinds } from '../api/asking'
import { GET, type Kind, type Shape } from '../api/client'
import { useAmounts } from '../parts/Amount'
import { useDay } from '../parts/When'

type Sale = Shape['TradeListed']

/** What buyers have paid and the market still holds, and by when it is paid out at the latest. */
export function ExpectedPayouts() {
  const { t } = useTranslation()
  const kinds = useKinds().data?.items ?? []
  const amount = useAmounts()
  const day = useDay()
  const held = (useAsked(['trade', 'mine', 'sales'], openSales).data ?? []).filter((sale) => sale.money.held > 0)
  return (
    held.length > 0 && (
      <Card withBorder component="section" aria-label={t('selling.expected.title')}>
        <Stack gap="xs">
          <Title order={2} size="h4">
            {t('selling.expected.title')}
          </Title>
          <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
            {held.map((sale) => {
              const at = paidOutAt(
                sale,
                kinds.find((kind) => kind.kind === sale.kind),
              )
              return (
                <Group key={sale.id} component="li" justify="space-between" align="flex-start">
                  <Anchor component={Link} to={`/trades/${sale.id}`} style={{ overflowWrap: 'anywhere' }}>
                    {sale.listing.title}
                  </Anchor>
                  <Text size="sm">
                    <b>{amount(sale.money.held - sale.money.fee, sale.currency)}</b> {at ? t('selling.expected.by', { day: day(at) }) : t('selling.expected.undated')}
                  </Text>
                </Group>
              )
            })}
          </Stack>
        </Stack>
      </Card>
    )
  )
}

/** All sales that are not over; they come before those that are. */
async function openSales() {
  const open: Sale[] = []
  for (let cursor: string | undefined; ;) {
    const part = await GET('/api/my/trades', { params: { query: { as: 'seller', limit: 100, ...(cursor ? { cursor } : {}) } } })
    const sales = part.data?.items ?? []
    open.push(...sales.filter((sale) => sale.standing !== 'done'))
    cursor = sales.at(-1)?.standing === 'done' ? undefined : (part.data?.next ?? undefined)
    if (!cursor) {
      return { ...part, data: part.data && open }
    }
  }
}

/** When time itself makes a move that pays out; null when a person has to. */
function paidOutAt(sale: Sale, kind: Kind | undefined) {
  const paysOut = (move: string) => kind?.moves.some((row) => row.do === move && row.from.includes(sale.state) && [...row.first, ...row.ask].includes('pay-out'))
  return sale.next.find((due) => paysOut(due.do))?.at ?? null
}
