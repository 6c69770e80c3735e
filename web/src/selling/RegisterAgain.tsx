import { Alert, Button, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { POST, type Listing } from '../api/client'
import { Refused } from '../parts/Answers'
import { remembering } from './known'

/** A thing that nobody sees yet: why, and what to do about it. */
export function RegisterAgain({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  const register = useCommand((id: string, key) => remembering(POST('/api/listings/{id}/register', { params: { path: { id }, header: { 'Idempotency-Key': key } } })), 'listing')
  if (listing.status === 'registering') {
    return (
      <Alert color="blue" role="status" title={t('selling.draft.registering')}>
        {t('selling.draft.registeringText')}
      </Alert>
    )
  }

  return (
    <Alert color="orange" title={t('selling.draft.title')}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('selling.draft.text')}</Text>
        <Button size="xs" loading={register.isPending} onClick={() => register.mutate(listing.id)}>
          {t('selling.draft.again')}
        </Button>
        {register.error && <Refused refusal={register.error} />}
      </Stack>
    </Alert>
  )
}
