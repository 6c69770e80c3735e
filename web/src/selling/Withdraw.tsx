import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { DELETE, type Listing } from '../api/client'
import { Refused } from '../parts/Answers'
import { remembering } from './known'

/** Takes a thing back, after a moment to think again. */
export function Withdraw({ listing, size }: { listing: Listing; size?: string }) {
  const { t } = useTranslation()
  const [asking, ask] = useState(false)
  const withdraw = useCommand(
    ({ id, revision }: { id: string; revision: number }) => remembering(DELETE('/api/listings/{id}', { params: { path: { id }, header: { 'If-Match': String(revision) } } })),
    'listing',
  )
  const close = () => {
    ask(false)
    withdraw.reset()
  }

  return (
    <>
      <Button variant="default" size={size} aria-label={t('selling.withdraw.named', { title: listing.title })} onClick={() => ask(true)}>
        {t('selling.withdraw.button')}
      </Button>
      <Modal opened={asking} onClose={close} title={t('selling.withdraw.title', { title: listing.title })} closeButtonProps={{ 'aria-label': t('answers.close') }}>
        <Stack>
          <Text size="sm">{t('selling.withdraw.text')}</Text>
          {withdraw.error && <Refused refusal={withdraw.error} />}
          {withdraw.error?.code === 'listing-in-use' && <Text size="sm">{t('selling.withdraw.inUse')}</Text>}
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('selling.withdraw.keep')}
            </Button>
            <Button color="red.8" loading={withdraw.isPending} onClick={() => withdraw.mutate({ id: listing.id, revision: listing.revision }, { onSuccess: close })}>
              {t('selling.withdraw.button')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
