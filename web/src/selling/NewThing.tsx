import { Button, Group, Radio, SimpleGrid, Stack, Text, Title as Heading } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { askAgain, useCommand, useKinds } from '../api/asking'
import { newKey, POST, Refusal, told, type Kind, type Shape } from '../api/client'
import { Asked, Refused } from '../parts/Answers'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { ChoosePictures } from './ChoosePictures'
import { remember, remembering } from './known'
import { addPicture, most } from './pictures'
import { givenOf, nothing } from './thing'
import { ThingFields } from './ThingFields'

/** Offers a thing, of any kind there is. */
export default function NewThing() {
  const { t } = useTranslation()
  const kinds = useKinds()
  return (
    <OnlyFor>
      <Stack maw={640} mx="auto">
        <Title>{t('selling.new.title')}</Title>
        <Asked answer={kinds}>{({ items }) => <Fields kinds={items} />}</Asked>
      </Stack>
    </OnlyFor>
  )
}

function Fields({ kinds }: { kinds: Kind[] }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const [chosen, choose] = useState(kinds[0]?.kind)
  const [thing, setThing] = useState(nothing)
  const [pictures, setPictures] = useState<File[]>([])
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

    await askAgain('listing')
    void go(`/selling/${id}`, { state: { missing } })
  }
  const send = (kind: Kind) =>
    register.mutate(
      { kind: kind.kind, ...givenOf(thing, kind.currency, kind.stock === 'counted') },
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
        <Radio.Group label={t('selling.new.kind')} value={chosen ?? ''} onChange={choose}>
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
        {kind && <ThingFields kind={kind} thing={thing} onChange={setThing} wrong={register.error?.fields ?? {}} />}
        <Stack gap="xs">
          <Heading order={2} size="h4">
            {t('selling.pictures.title')}
          </Heading>
          {pictures.length > 0 && (
            <SimpleGrid cols={{ base: 2, xs: 4 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
              {pictures.map((picture) => (
                <Stack key={picture.name + picture.size} component="li" gap={4}>
                  <Preview picture={picture} />
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={t('selling.pictures.removeNamed', { name: picture.name })}
                    onClick={() => setPictures(pictures.filter((one) => one !== picture))}
                  >
                    {t('selling.pictures.remove')}
                  </Button>
                </Stack>
              ))}
            </SimpleGrid>
          )}
          <ChoosePictures room={most - pictures.length} onChoose={(more) => setPictures([...pictures, ...more])} />
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

/** A picture that lies only here as yet. */
function Preview({ picture }: { picture: File }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(picture)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [picture])
  return <img className="picture" src={address} alt={picture.name} />
}
