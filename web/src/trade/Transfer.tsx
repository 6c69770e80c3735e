import { Card, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET, type Trade } from '../api/client'
import { useSandbox } from '../api/session'
import { SendExpected } from '../lab/MoneyIn'
import { useAmounts } from '../parts/Amount'
import { Asked } from '../parts/Answers'

/** How the buyer sends money by bank: how much, and under which reference the bank will know it. */
export function Transfer({ trade, as }: { trade: Trade; as: string }) {
  const { t } = useTranslation()
  const amount = useAmounts()
  const sandbox = useSandbox()
  const due = as === 'buyer' && trade.money.expected > 0
  const payment = useAsked(['trade', trade.id, 'payment'], () => GET('/api/payments/{trade}', { params: { path: { trade: trade.id } } }), due)
  if (!due) {
    return null
  }

  return (
    <Card withBorder>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('transfer.title')}
        </Title>
        {sandbox ? (
          <SendExpected trade={trade.id} />
        ) : (
          <Asked answer={payment}>
            {({ reference, expected, seen, currency }) => (
              <>
                <Text>{t('transfer.how', { amount: amount(expected, currency), reference })}</Text>
                <Text size="sm">{seen > 0 ? t('transfer.seen', { amount: amount(seen, currency) }) : t('transfer.notSeen')}</Text>
              </>
            )}
          </Asked>
        )}
      </Stack>
    </Card>
  )
}
