import { Alert, Badge, Button, Card, Group, List, SimpleGrid, Stack, Text, Title as Heading } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useParams } from 'react-router'
import { useAsked, useCommand, useKind } from '../api/asking'
import { DELETE, GET, PATCH, PUT, type Kind, type Listing } from '../api/client'
import { useMe } from '../api/session'
import { Picture } from '../listing/Picture'
import { Asked, Empty, Refused, Waiting } from '../parts/Answers'
import { ChoosePictures } from '../parts/ChoosePictures'
import { LinkButton } from '../parts/LinkButton'
import { OnlyFor } from '../parts/OnlyFor'
import { Title } from '../parts/Title'
import { after, remembering } from './known'
import { addPicture, most } from './pictures'
import { RegisterAgain } from './RegisterAgain'
import { RemovePlace } from './RemovePlace'
import { givenOf, isSame, nothing, thingOf, type Thing } from './thing'
import { ThingFields } from './ThingFields'
import { Withdraw } from './Withdraw'

/** One's own thing: how it looks, what is said of it, and taking it back. */
export default function OneThing() {
  const { id } = useParams()
  const me = useMe()
  const answer = useAsked(['listing', id], () => GET('/api/listings/{id}', { params: { path: { id: id! }, query: after() } }))
  return (
    <OnlyFor>
      <Asked answer={answer} empty={(listing) => me && listing.owner.id !== me.id && <NotMine listing={listing} />}>
        {(listing) => (
          <Stack maw={640} mx="auto">
            <Group justify="space-between" align="flex-start">
              <Title>{listing.title}</Title>
              <Badge variant="light" color="gray" c="inherit">
                {listing.kindTitle}
              </Badge>
            </Group>
            <Missing />
            {listing.status === 'withdrawn' ? <Over listing={listing} /> : <Changeable listing={listing} />}
          </Stack>
        )}
      </Asked>
    </OnlyFor>
  )
}

function NotMine({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  return (
    <Empty title={t('selling.notYours')}>
      <LinkButton to={`/listings/${listing.id}`} variant="default">
        {t('selling.look')}
      </LinkButton>
    </Empty>
  )
}

/** What is no longer offered is still its owner's: the pictures and the place can be taken away. */
function Over({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  return (
    <>
      <Empty title={t('selling.withdrawn')}>
        <LinkButton to="/selling" variant="default">
          {t('selling.toMine')}
        </LinkButton>
      </Empty>
      {listing.pictures.length > 0 && <Pictures listing={listing} isOver />}
      {listing.place && (
        <Card withBorder>
          <Stack gap="sm">
            <Heading order={2} size="h4">
              {t('selling.fields.place')}
            </Heading>
            <Text size="sm">{listing.place.name}</Text>
            <RemovePlace listing={listing} />
          </Stack>
        </Card>
      )}
    </>
  )
}

/** The pictures that were to come with a new thing and did not. */
function Missing() {
  const { t } = useTranslation()
  const missing = (useLocation().state as { missing?: string[] } | null)?.missing ?? []
  return (
    missing.length > 0 && (
      <Alert color="orange" role="alert" title={t('selling.pictures.missing')}>
        <List size="sm">
          {missing.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
      </Alert>
    )
  )
}

function Changeable({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  const kind = useKind(listing.kind)
  return (
    <>
      {listing.status === 'registered' ? (
        <Group>
          <Text size="sm">{t('selling.offered')}</Text>
          <LinkButton to={`/listings/${listing.id}`} variant="subtle" size="compact-sm">
            {t('selling.look')}
          </LinkButton>
        </Group>
      ) : (
        <RegisterAgain listing={listing} />
      )}
      <Pictures listing={listing} />
      {kind ? <Fields key={listing.id} listing={listing} kind={kind} /> : <Waiting />}
      <Group justify="space-between">
        <LinkButton to="/selling" variant="subtle">
          {t('selling.toMine')}
        </LinkButton>
        <Withdraw listing={listing} />
      </Group>
    </>
  )
}

function Pictures({ listing, isOver = false }: { listing: Listing; isOver?: boolean }) {
  const { t } = useTranslation()
  const add = useCommand(({ picture }: { picture: File; name: string; size: number }, key) => addPicture(listing.id, picture, key), 'listing')
  const remove = useCommand((picture: string) => remembering(DELETE('/api/listings/{id}/pictures/{picture}', { params: { path: { id: listing.id, picture } } })), 'listing')
  const addAll = async (pictures: File[]) => {
    for (const picture of pictures) {
      // What is the matter with one is shown; the others are not tried then.
      if (!(await add.mutateAsync({ picture, name: picture.name, size: picture.size }).catch(() => null))) {
        return
      }
    }
  }

  const order = useCommand((pictures: string[]) => remembering(PUT('/api/listings/{id}/pictures', { params: { path: { id: listing.id } }, body: { pictures } })), 'listing')
  const earlier = (index: number) => {
    const pictures = [...listing.pictures]
    pictures.splice(index - 1, 2, pictures[index]!, pictures[index - 1]!)
    order.mutate(pictures)
  }

  const refused = add.error ?? remove.error ?? order.error
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Heading order={2} size="h4">
          {t('selling.pictures.title')}
        </Heading>
        {listing.pictures.length > 0 && (
          <SimpleGrid cols={{ base: 2, xs: 4 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {listing.pictures.map((picture, index) => (
              <Stack key={picture} component="li" gap={4}>
                <Picture listing={listing} index={index} small alt={t('selling.pictures.number', { number: index + 1 })} />
                {index === 0 ? (
                  <Text size="sm" ta="center" lh="30px">
                    {t('selling.pictures.cover')}
                  </Text>
                ) : (
                  !isOver && (
                    <Button
                      variant="default"
                      size="xs"
                      aria-label={t('selling.pictures.earlierNumber', { number: index + 1 })}
                      disabled={order.isPending}
                      onClick={() => earlier(index)}
                    >
                      {index === 1 ? t('selling.pictures.toCover') : t('selling.pictures.earlier')}
                    </Button>
                  )
                )}
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('selling.pictures.removeNumber', { number: index + 1 })}
                  loading={remove.isPending && remove.variables === picture}
                  disabled={remove.isPending}
                  onClick={() => remove.mutate(picture)}
                >
                  {t('selling.pictures.remove')}
                </Button>
              </Stack>
            ))}
          </SimpleGrid>
        )}
        {!isOver && <ChoosePictures most={most} room={most - listing.pictures.length} busy={add.isPending} onChoose={(pictures) => void addAll(pictures)} />}
        {refused && (
          <Text size="sm" c="red" role="alert">
            {refused.fields.picture ?? refused.fields.pictures ?? refused.problem.title ?? t('answers.unreachable')}
          </Text>
        )}
      </Stack>
    </Card>
  )
}

function Fields({ listing, kind }: { listing: Listing; kind: Kind }) {
  const { t } = useTranslation()
  const [seen, see] = useState(() => thingOf(listing))
  const [thing, setThing] = useState(seen)
  const edit = useCommand(
    ({ body, revision }: { body: ReturnType<typeof givenOf>; revision: number }) =>
      remembering(PATCH('/api/listings/{id}', { body, params: { path: { id: listing.id }, header: { 'If-Match': String(revision) } } })),
    'listing',
  )
  // Said otherwise by somebody else, in another window perhaps: what was decided on the old words is not sent over the new ones.
  const now = thingOf(listing)
  const isOtherwise = !edit.isPending && !isSame(now, seen) && !isSame(now, thing)
  const start = (from: Thing) => {
    see(from)
    setThing(from)
  }

  return (
    <Card withBorder>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          edit.mutate({ body: givenOf(thing, kind), revision: listing.revision }, { onSuccess: (saved) => start(thingOf(saved)) })
        }}
      >
        <Stack>
          <Heading order={2} size="h4">
            {t('selling.fields.legend')}
          </Heading>
          <ThingFields
            kind={kind}
            thing={thing}
            wrong={edit.error?.fields ?? {}}
            onChange={(changed) => {
              setThing(changed)
              edit.reset()
            }}
          />
          {listing.place && (
            <RemovePlace
              listing={listing}
              onDone={() => {
                see({ ...seen, place: nothing.place })
                setThing({ ...thing, place: nothing.place })
              }}
            />
          )}
          {edit.error && <Refused refusal={edit.error} />}
          {isOtherwise && (
            <Alert color="orange" role="alert" title={t('selling.changed')}>
              <Button size="xs" variant="default" onClick={() => start(now)}>
                {t('selling.lookAgain')}
              </Button>
            </Alert>
          )}
          <Text size="sm" c="dimmed">
            {t('selling.frozen')}
          </Text>
          <Button type="submit" loading={edit.isPending} disabled={isOtherwise}>
            {t('me.save')}
          </Button>
          {edit.isSuccess && (
            <Text size="sm" role="status">
              {t('me.saved')}
            </Text>
          )}
        </Stack>
      </form>
    </Card>
  )
}
