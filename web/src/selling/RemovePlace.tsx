import { Button, Group, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useCommand } from '../api/asking'
import { DELETE, type Listing } from '../api/client'
import { Refused } from '../parts/Answers'
import { remembering } from './known'

/** Takes away where a thing is, also of one that is no longer offered. */
export function RemovePlace({ listing, onDone }: { listing: Listing; onDone?: () => void }) {
  const { t } = useTranslation()
  const remove = useCommand((_: null) => remembering(DELETE('/api/listings/{id}/place', { params: { path: { id: listing.id } } })), 'listing')
  return (
    <Stack gap="xs">
      <Group>
        <Button variant="default" size="compact-sm" loading={remove.isPending} onClick={() => remove.mutate(null, { onSuccess: onDone })}>
          {t('selling.removePlace')}
        </Button>
      </Group>
      {remove.error && <Refused refusal={remove.error} />}
    </Stack>
  )
}
