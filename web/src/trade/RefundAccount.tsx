import { Button, Card, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsked, useCommand, useKind } from '../api/asking'
import { GET, PUT, type Trade } from '../api/client'
import { Refused } from '../parts/Answers'

/** The bank refuses to send the buyer's money back: the buyer, and nobody else, gives another account. */
export function RefundAccount({ trade, as }: { trade: Trade; as: string }) {
  const { t } = useTranslation()
  // Only where the buyer pays by bank transfer is there such an account.
  const mayBe = as === 'buyer' && Boolean(useKind(trade.kind)?.begin.needs.some((need) => need.name === 'refundAccount'))
  const payment = useAsked(['trade', trade.id, 'payment'], () => GET('/api/payments/{trade}', { params: { path: { trade: trade.id } } }), mayBe)
  const [account, setAccount] = useState('')
  const give = useCommand((given: string) => PUT('/api/payments/{trade}/refund-account', { body: { account: given }, params: { path: { trade: trade.id } } }), 'trade')
  if (!mayBe || !payment.data?.refundRefused) {
    return null
  }

  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          give.mutate(account.trim())
        }}
      >
        <Stack gap="sm">
          <Text>{t('transfer.refused', { account: payment.data.refundAccount })}</Text>
          <TextInput label={t('transfer.account')} required maxLength={100} value={account} onChange={(event) => setAccount(event.currentTarget.value)} />
          <Button type="submit" loading={give.isPending}>
            {t('transfer.give')}
          </Button>
          {give.error && <Refused refusal={give.error} />}
        </Stack>
      </form>
    </Card>
  )
}
