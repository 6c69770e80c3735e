import { Button, Group, Radio, SimpleGrid, Stack, Text, Title as Heading } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { askAgain, useCommand, useKinds } from '../api/asking'
import { newKey, POST, Refusal, told, type Kind, type Shape } from '../api/client'
import { useMe } from '../api/session'
import { Asked, Refused } from '../parts/Answers'
import { ChosenPictures } from '../parts/ChosenPictures'
import { useKept } from '../parts/kept'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { remember, remembering } from './known'
import { addPicture, most } from './pictures'
import { givenOf, nothing } from './thing'
import { ThingFields } from './ThingFields'

/** Offers a thing, of any kind there is. */
export default function NewThing() {
  const { t } = useTranslation()
  const kinds = useKinds()
  const me = useMe()
  return (
    <OnlyFor>
      <Stack maw={640} mx="auto">
        <Title>{t('selling.new.title')}</Title>
        <Asked answer={kinds}>{({ items }) => <Fields key={me?.id} kinds={items} />}</Asked>
      </Stack>
    </OnlyFor>
  )
}

function Fields({ kinds }: { kinds: Kind[] }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const [chosen, choose, forgetKind] = useKept('new kind', kinds[0]?.kind)
  const [thing, setThing, forgetThing] = useKept('new thing', nothing)
  const [pictures, setPictures, forgetPictures] = useKept<File[]>('new pictures', [], { asJson: false })
  const [sending, setSending] = useState(false)
  const register = useCommand((body: Shape['NewListing'], key) => remembering(POST('/api/listings', { body, params: { header: { 'Idempotency-Key': key } } })), 'listing')
  const kind = kinds.find((one) => one.kind === chosen)

  // Whatever becomes of the pictures, the thing is there: its page says which of them are missing.
  const arrive = async (id: string) => {
    setSending(true)
    const missing: string[] = []
    for (const picture of pictures) {
      await told(addPicture(id, picture, newKey())).catch((error: Refusal) => missing.push(`${picture.name}: ${error.problem.title ?? t('answers.unreachable')}`))
    }

    forgetKind()
    forgetThing()
    forgetPictures()
    await askAgain('listing')
    void go(`/selling/${id}`, { state: { missing } })
  }
  const send = (kind: Kind) =>
    register.mutate(
      { kind: kind.kind, ...givenOf(thing, kind) },
      {
        onSuccess: (listing) => void arrive(listing.id),
        onError: (refused) => {
          // Kept as a draft: its page explains that, and tries again.
          const draft = refused.code === 'alarm-unavailable' && (refused.problem.listing as Shape['ListingAnswer'] | undefined)
          if (draft) {
            remember(draft.token)
            void arrive(draft.id)
          }
        },
      },
    )

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (kind) {
          send(kind)
        }
      }}
    >
      <Stack>
        <Radio.Group label={t('selling.new.kind')} value={chosen ?? ''} onChange={(kind) => choose(() => kind)}>
          <SimpleGrid cols={{ base: 1, xs: 2 }} mt="xs">
            {kinds.map((one) => (
              <Radio.Card key={one.kind} value={one.kind} p="sm" radius="md" aria-label={one.title}>
                <Group wrap="nowrap" align="flex-start">
                  <Radio.Indicator mt={3} />
                  <div>
                    <Text fw={600}>{one.title}</Text>
                    <Text size="sm" c="dimmed">
                      {t(one.stock === 'counted' ? 'selling.new.counted' : 'selling.new.single', { per: one.per, as: one.parties.seller })}
                    </Text>
                  </div>
                </Group>
              </Radio.Card>
            ))}
          </SimpleGrid>
        </Radio.Group>
        {kind && <ThingFields isNew kind={kind} thing={thing} onChange={(next) => setThing(() => next)} wrong={register.error?.fields ?? {}} />}
        <Stack gap="xs">
          <Heading order={2} size="h4">
            {t('selling.pictures.title')}
          </Heading>
          <ChosenPictures pictures={pictures} most={most} onChange={setPictures} />
        </Stack>
        {register.error && <Refused refusal={register.error} />}
        <Button type="submit" size="md" loading={register.isPending || sending} disabled={!kind}>
          {t('selling.new.button')}
        </Button>
        {sending && pictures.length > 0 && (
          <Text size="sm" role="status">
            {t('selling.pictures.sending')}
          </Text>
        )}
      </Stack>
    </form>
  )
}
