import { Alert, Button, Card, List, SimpleGrid, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { askAgain, useAsked, useKind } from '../api/asking'
import { GET, newKey, POST, Refusal, told, type Shape, type Trade } from '../api/client'
import { Asked, Refused } from '../parts/Answers'
import { fetched } from '../parts/Boundary'
import { ChoosePictures } from '../parts/ChoosePictures'
import { asBody } from '../parts/pictures'
import { When } from '../parts/When'

const PictureDialog = lazy(fetched(() => import('../parts/PictureDialog')))

type Picture = Shape['DisputePictureView']
type Adding = ReturnType<typeof useDisputePictures>

/** Adds pictures to the dispute about a trade, one after the other, and remembers those that could not be added. */
export function useDisputePictures(trade: string) {
  const [isBusy, setBusy] = useState(false)
  const [missing, setMissing] = useState<{ picture: File; refusal: Refusal }[]>([])
  const add = async (pictures: File[]) => {
    setBusy(true)
    setMissing((before) => before.filter(({ picture }) => !pictures.includes(picture)))
    for (const picture of pictures) {
      // A file that is sent again after a broken connection is the picture that it was.
      const sent = POST('/api/trades/{id}/dispute/pictures', {
        params: { path: { id: trade }, header: { 'Idempotency-Key': newKey() } },
        ...asBody(picture),
      })
      await told(sent).catch((refusal: Refusal) => setMissing((before) => [...before, { picture, refusal }]))
    }

    setBusy(false)
    await askAgain('trade')
  }
  return { isBusy, missing, add: (pictures: File[]) => void add(pictures) }
}

interface Given {
  trade: Trade
  /** where the reader can add some */
  pictures?: Adding
}

/** The dispute about a trade: who opened it and why, and the pictures of both sides, to which the reader can add while it is open. */
export function Dispute({ trade, pictures }: Given) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const answer = useAsked(['trade', trade.id, 'dispute'], () => GET('/api/trades/{id}/dispute', { params: { path: { id: trade.id } } }))
  const isOpen = kind?.states.some((one) => one.state === trade.state && one.isDispute) ?? false
  if (!isOpen && !answer.data?.opened) {
    return null
  }

  return (
    <Card withBorder padding="lg" component="section" aria-label={t('dispute.title')}>
      <Stack>
        <Title order={2} size="h4">
          {t(isOpen ? 'dispute.title' : 'dispute.closed')}
        </Title>
        <Asked answer={answer}>
          {({ opened, pictures: added, room }) => (
            <>
              {opened && (
                <Stack gap={4}>
                  {opened.reason && <Text style={{ whiteSpace: 'pre-wrap' }}>{opened.reason}</Text>}
                  <Text size="xs" c="dimmed">
                    {opened.person ? `${t('dispute.openedBy', { name: opened.person.name, party: kind?.parties[opened.actor] ?? opened.actor })} · ` : ''}
                    <When at={opened.at} />
                  </Text>
                </Stack>
              )}
              {added.length > 0 ? <Added trade={trade} pictures={added} /> : <Text size="sm">{t('dispute.noPhotos')}</Text>}
              {pictures && room > 0 && (
                <Stack gap="xs">
                  <Text size="sm">{t('dispute.how')}</Text>
                  <ChoosePictures most={room} room={room} busy={pictures.isBusy} onChoose={pictures.add} />
                </Stack>
              )}
              {pictures && <Missing pictures={pictures} />}
            </>
          )}
        </Asked>
      </Stack>
    </Card>
  )
}

/** The pictures that were added, of each party, and each as large as the screen allows. */
function Added({ trade, pictures }: { trade: Trade; pictures: Picture[] }) {
  const { t } = useTranslation()
  const kind = useKind(trade.kind)
  const [enlarged, enlarge] = useState<number | null>(null)
  const parties = [...Map.groupBy(pictures, (picture) => picture.as)]
  const shown = parties.flatMap(([, own]) =>
    own.map((picture, index) => ({
      picture,
      address: `/api/trades/${trade.id}/dispute/pictures/${picture.id}`,
      alt: t('dispute.alt', { name: picture.by.name, number: index + 1, count: own.length }),
    })),
  )
  return (
    <>
      {parties.map(([party, own]) => (
        <Stack key={party} gap="xs">
          <Title order={3} size="h5">
            {t('dispute.photosOf', { name: own[0]!.by.name, party: kind?.parties[party] ?? party })}
          </Title>
          <SimpleGrid cols={{ base: 2, xs: 4 }} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
            {shown
              .map((one, index) => ({ ...one, index }))
              .filter(({ picture }) => picture.as === party)
              .map(({ picture, address, alt, index }) => (
                <Stack key={picture.id} component="li" gap={4}>
                  <UnstyledButton onClick={() => enlarge(index)} aria-label={t('pictures.enlarge', { number: index + 1, count: shown.length })}>
                    <img className="picture" src={`${address}?size=small`} alt={alt} loading="lazy" />
                  </UnstyledButton>
                  <Text size="xs" c="dimmed">
                    <When at={picture.at} />
                  </Text>
                </Stack>
              ))}
          </SimpleGrid>
        </Stack>
      ))}
      {enlarged !== null && (
        <Suspense fallback={null}>
          <PictureDialog pictures={shown} first={enlarged} onClose={() => enlarge(null)} />
        </Suspense>
      )}
    </>
  )
}

/** The pictures that could not be added, and why. They can be sent again as they are. */
function Missing({ pictures: { missing, isBusy, add } }: { pictures: Adding }) {
  const { t } = useTranslation()
  const signedOut = missing.find(({ refusal }) => refusal.code === 'unauthenticated')
  return (
    <>
      {signedOut && <Refused refusal={signedOut.refusal} />}
      {missing.length > 0 && (
        <Alert color="orange" role="alert" title={t('selling.pictures.missing')}>
          <Stack gap="xs" align="flex-start">
            <List size="sm">
              {missing.map(({ picture, refusal }, index) => (
                <List.Item key={index}>{`${picture.name}: ${refusal.fields.picture ?? refusal.problem.detail ?? refusal.problem.title ?? t('answers.unreachable')}`}</List.Item>
              ))}
            </List>
            <Button size="xs" variant="default" loading={isBusy} onClick={() => add(missing.map(({ picture }) => picture))}>
              {t('answers.again')}
            </Button>
          </Stack>
        </Alert>
      )}
    </>
  )
}
