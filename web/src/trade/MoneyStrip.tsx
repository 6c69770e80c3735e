import { Card, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Trade } from '../api/client'
import { useAmounts } from '../parts/Amount'

/** Where the money is: with the buyer, held by the market, or with the seller. What the seller pays for it is no business of the buyer. */
export function MoneyStrip({ trade, as }: { trade: Trade; as: 'buyer' | 'seller' | 'operator' }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const { money, currency } = trade
  const places = [
    { name: 'buyer', sums: { short: money.expected - money.seen, refunding: money.refunding + money.over - money.sentBack, refunded: money.refunded + money.sentBack } },
    { name: 'market', sums: { seen: money.seen, held: money.held } },
    { name: 'seller', sums: { payingOut: money.payingOut, paidOut: money.paidOut } },
  ] as const
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('money.title')}
        </Title>
        <ol className="strip">
          {places.map(({ name, sums }) => {
            const here = Object.entries(sums).filter(([, sum]) => sum > 0)
            return (
              <li key={name} data-here={here.length > 0 || undefined}>
                <Text size="sm" fw={600}>
                  {t(`money.${name}`)}
                </Text>
                {here.map(([sum, minor]) => (
                  <Text key={sum} size="sm">
                    {t(`money.${sum as 'held'}`, { amount: amount(minor, currency) })}
                  </Text>
                ))}
                {here.length === 0 && <Text size="sm">{t('money.nothing')}</Text>}
              </li>
            )
          })}
        </ol>
        {as !== 'buyer' && (
          <Text size="sm" c="dimmed">
            {t('money.fee', { fee: amount(money.fee, currency) })}
          </Text>
        )}
      </Stack>
    </Card>
  )
}
