import { Button, Card, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET, type Trade } from '../api/client'
import { useSandbox } from '../api/session'
import { SendExpected } from '../lab/MoneyIn'
import { useAmounts } from '../parts/Amount'
import { Asked } from '../parts/Answers'

/** How the buyer sends money by bank: how much is still missing, to which account, and under which reference the bank will know it. */
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
        <Asked answer={payment}>
          {({ reference, account, seen, short, currency }) => (
            <>
              {short > 0 && (
                <>
                  <Fact name={t('transfer.amount')} value={amount(short, currency)} />
                  {account && <Fact name={t('transfer.to')} value={account} />}
                  {reference && <Fact name={t('transfer.reference')} value={reference} />}
                </>
              )}
              <Text size="sm" role="status">
                {short === 0 ? t('transfer.whole', { amount: amount(seen, currency) }) : seen > 0 ? t('transfer.part', { amount: amount(seen, currency) }) : t('transfer.notSeen')}
              </Text>
            </>
          )}
        </Asked>
        {sandbox && (trade.money.short ?? 0) > 0 && <SendExpected trade={trade.id} />}
      </Stack>
    </Card>
  )
}

/** What has to be typed at the bank, ready to be taken there. */
function Fact({ name, value }: { name: string; value: string }) {
  const { t } = useTranslation()
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" c="dimmed">
        {name}
      </Text>
      <Group gap="xs">
        <Text fw={600}>{value}</Text>
        <CopyButton value={value}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy} aria-label={t('transfer.copy', { name })}>
              {copied ? t('transfer.copied') : t('transfer.copyShort')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Group>
  )
}
