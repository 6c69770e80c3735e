import { Alert, Anchor, Badge, Button, Card, Grid, Group, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useAsked, useCommand } from '../api/asking'
import { GET, POST, type Kind, type Listing, type Shape, type Trade } from '../api/client'
import { useNow, useSignIn } from '../api/session'
import { useSpan } from '../lab/Clock'
import { Picture } from '../listing/Picture'
import { Price } from '../listing/Price'
import { useAmounts } from '../parts/Amount'
import { Asked, Refused } from '../parts/Answers'
import { MoneyStrip } from '../trade/MoneyStrip'
import { plot, start } from '../trade/plot'
import { as, type Actor } from './acting'
import { nextStep, type Step } from './steps'

interface Played {
  kind: Kind
  seller: Actor
  buyer: Actor
}

/** One trade, step by step: first the thing is offered, then asked for, and then whatever its kind says. */
export function Guided({ kind, seller, buyer, children }: Played & { children: ReactNode }) {
  const { t } = useTranslation()
  const [at, go] = useSearchParams()
  const listing = at.get('listing')
  const trade = at.get('trade')
  const put = (where: Record<string, string>) => go({ kind: kind.kind, ...where })
  return (
    <Stack>
      {trade ? (
        <Trading kind={kind} seller={seller} buyer={buyer} trade={trade} anew={() => put({})}>
          {children}
        </Trading>
      ) : listing ? (
        <Asking kind={kind} seller={seller} buyer={buyer} listing={listing} begun={(id) => put({ listing, trade: id })} anew={() => put({})} />
      ) : (
        <Offering kind={kind} seller={seller} offered={(id) => put({ listing: id })} />
      )}
      <Anchor component={Link} to="/tour" size="sm">
        {t('tour.all')}
      </Anchor>
    </Stack>
  )
}

/** The first step: something to trade with. What the seller offers already will do; else it is as a sample of the kind is. */
function Offering({ kind, seller, offered }: { kind: Kind; seller: Actor; offered: (listing: string) => void }) {
  const { t } = useTranslation()
  const offer = useCommand(async (_: null, key) => {
    const mine = await GET('/api/my/listings', { ...as(seller), params: { query: { limit: 100 } } })
    const there = mine.data?.items.find(({ listing, trades }) => listing.kind === kind.kind && listing.available > 0 && trades.length === 0)?.listing
    if (there) {
      return { data: { id: there.id }, response: mine.response }
    }

    const sample = (await GET('/api/listings', { params: { query: { kind: kind.kind, limit: 1 } } })).data?.items[0]
    const body: Shape['NewListing'] = {
      kind: kind.kind,
      title: sample?.title ?? t('tour.thing'),
      description: sample?.description ?? t('tour.thing'),
      price: sample?.price ?? 10_000,
      quantity: kind.stock === 'counted' ? 3 : null,
    }
    return POST('/api/listings', { ...as(seller), body, params: { header: { 'Idempotency-Key': key } } })
  }, 'tour')
  return (
    <>
      <Way kind={kind} state={start} />
      <Now
        says={t('tour.offer', { seller: seller.name })}
        button={t('tour.does', { name: seller.name, party: kind.parties.seller, what: t('tour.offers') })}
        busy={offer.isPending}
        press={() => offer.mutate(null, { onSuccess: ({ id }) => offered(id) })}
      >
        {offer.error && <Refused refusal={offer.error} />}
      </Now>
    </>
  )
}

/** The second step: the buyer asks for it, with whatever the kind needs. */
function Asking({ kind, seller, buyer, listing, begun, anew }: Played & { listing: string; begun: (trade: string) => void; anew: () => void }) {
  const { t } = useTranslation()
  const thing = useAsked(['tour', 'seen', 'listing', listing], () => GET('/api/listings/{id}', { ...as(seller), params: { path: { id: listing } } }))
  const ask = useCommand((body: Shape['NewTrade'], key) => POST('/api/trades', { ...as(buyer), body, params: { header: { 'Idempotency-Key': key } } }), 'tour')
  const given = (need: Kind['begin']['needs'][number]) => (need.type === 'number' ? 1 : need.type === 'card' ? 'ok' : t('tour.address'))
  const open = ask.error?.problem.trade as { id?: string } | null | undefined
  return (
    <>
      <Way kind={kind} state={start} />
      {/* A thing that has just been offered may need a moment until everybody sees it. */}
      {thing.error?.code === 'not-found' ? (
        <Stuck text={t('tour.notThere')} anew={anew} />
      ) : (
        <Asked answer={thing}>
          {(shown) => (
            <>
              <Now
                says={t('tour.offered', { seller: seller.name })}
                button={t('tour.does', { name: buyer.name, party: kind.parties.buyer, what: kind.begin.label })}
                busy={ask.isPending}
                press={() =>
                  ask.mutate(
                    { listing, price: shown.price, ...Object.fromEntries(kind.begin.needs.map((need) => [need.name, given(need)])) },
                    { onSuccess: (trade) => begun(trade.id) },
                  )
                }
              >
                {ask.error && <Refused refusal={ask.error} />}
                {open?.id ? (
                  <Button variant="default" onClick={() => begun(open.id!)}>
                    {t('tour.goOn')}
                  </Button>
                ) : (
                  ask.error && <Stuck anew={anew} />
                )}
              </Now>
              <Thing listing={shown} />
            </>
          )}
        </Asked>
      )}
    </>
  )
}

function Thing({ listing }: { listing: Listing }) {
  return (
    <Card withBorder maw={360}>
      <Card.Section>
        <Picture listing={listing} />
      </Card.Section>
      <Text fw={600} mt="sm">
        {listing.title}
      </Text>
      <Price listing={listing} />
    </Card>
  )
}

/** All steps after: what the trade is waiting for on its way to a good end. */
function Trading({ kind, seller, buyer, trade, anew, children }: Played & { trade: string; anew: () => void; children: ReactNode }) {
  const asBuyer = useTradeAs(buyer, trade)
  const asSeller = useTradeAs(seller, trade)
  const { t } = useTranslation()
  if (asBuyer.error?.code === 'not-found') {
    return <Stuck text={t('tour.notThere')} anew={anew} />
  }

  return (
    <Asked answer={asBuyer}>
      {(bought) => <Asked answer={asSeller}>{(sold) => <Told kind={kind} seller={seller} buyer={buyer} asBuyer={bought} asSeller={sold} anew={anew} end={children} />}</Asked>}
    </Asked>
  )
}

function useTradeAs(actor: Actor, trade: string) {
  return useAsked(['tour', 'seen', 'trade', trade, actor.id], () => GET('/api/trades/{id}', { ...as(actor), params: { path: { id: trade } } }))
}

function Told({ kind, seller, buyer, asBuyer, asSeller, anew, end }: Played & { asBuyer: Trade; asSeller: Trade; anew: () => void; end: ReactNode }) {
  const { t } = useTranslation()
  const now = useNow()
  const span = useSpan()
  const amount = useAmounts()
  const { id, currency, money } = asBuyer
  const waits = money.expected > 0
  const payment = useAsked(['tour', 'seen', 'trade', id, 'payment'], () => GET('/api/payments/{trade}', { ...as(buyer), params: { path: { trade: id } } }), waits)
  const sent = waits ? (payment.data?.seen ?? 0) : 0
  const step = nextStep(kind, asBuyer, asSeller, sent)
  const act = useCommand<Step, unknown>(async (step, key) => {
    const header = { 'Idempotency-Key': key }
    switch (step.is) {
      case 'move':
        return POST('/api/trades/{id}/{move}', {
          ...as(step.by === 'buyer' ? buyer : seller),
          body: step.move.needs.some((need) => need.type === 'card') ? { card: 'ok' } : {},
          params: { path: { id, move: step.move.do }, header },
        })
      case 'send-money':
        return POST('/api/sandbox/deposits', { ...as(buyer), body: { reference: payment.data?.reference ?? '', amount: money.expected }, params: { header } })
      case 'bring':
        return POST('/api/deliveries/{trade}/arrived', { ...as(seller), params: { path: { trade: id }, header } })
      case 'let-pass':
        return POST('/api/sandbox/clock', { ...as(buyer), body: { forward: `${Math.max(1, Math.ceil((Date.parse(step.until) - now()) / 1000))}s` }, params: { header } })
      default:
        return GET('/api/trades/{id}', { ...as(buyer), params: { path: { id } } })
    }
  }, 'tour')

  const state = kind.states.find((one) => one.state === asBuyer.state)
  const by = (who: 'buyer' | 'seller', what: string) => t('tour.does', { name: (who === 'buyer' ? buyer : seller).name, party: kind.parties[who], what })
  const button =
    step.is === 'move'
      ? by(step.by, step.move.label)
      : step.is === 'send-money'
        ? by('buyer', t('lab.sendAmount', { amount: amount(money.expected, currency) }))
        : step.is === 'bring'
          ? by('seller', t('tour.brings'))
          : step.is === 'let-pass'
            ? t('tour.letPass', { span: span(Math.max(1, Math.round((Date.parse(step.until) - now()) / 1000))) })
            : null
  const places = ['expected', 'held', 'payingOut', 'paidOut', 'refunding', 'refunded'] as const
  const where = places
    .filter((place) => money[place] > 0)
    .map((place) =>
      place === 'expected' && sent >= money.expected ? t('lab.seen', { amount: amount(sent, currency) }) : t(`tour.money.${place}`, { amount: amount(money[place], currency) }),
    )
  return (
    <>
      <Way kind={kind} state={asBuyer.state} />
      <Now
        title={asBuyer.label}
        says={[state?.waits, ...(where.length > 0 ? where : [t('tour.money.none')])].join(' ')}
        button={asBuyer.pending ? null : button}
        busy={act.isPending}
        press={() => act.mutate(step)}
      >
        {(asBuyer.pending || step.is === 'happens') && (
          <Alert color="blue" role="status">
            {t('tour.happens')}
          </Alert>
        )}
        {step.is === 'elsewhere' && <Stuck text={t('tour.elsewhere')} anew={anew} />}
        {step.is === 'end' && <Group>{end}</Group>}
        {act.error && <Refused refusal={act.error} />}
        {act.error && <Stuck anew={anew} />}
      </Now>
      <MoneyStrip trade={asBuyer} as="operator" />
      <Grid>
        <Grid.Col span={{ base: 12, sm: 6 }}>
          <Side actor={buyer} party="buyer" kind={kind} trade={asBuyer} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 6 }}>
          <Side actor={seller} party="seller" kind={kind} trade={asSeller} />
        </Grid.Col>
      </Grid>
    </>
  )
}

/** What one of the two sees of it. */
function Side({ actor, party, kind, trade }: { actor: Actor; party: 'buyer' | 'seller'; kind: Kind; trade: Trade }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const become = useSignIn()
  const notices = useAsked(['tour', 'seen', 'notices', actor.id], () => GET('/api/notices', { ...as(actor), params: { query: { limit: 20 } } }))
  const last = notices.data?.items.find((notice) => notice.trade === trade.id)
  return (
    <Card withBorder h="100%">
      <Stack gap="xs">
        <Title order={2} size="h4">
          {t('tour.sees', { name: actor.name, party: kind.parties[party] })}
        </Title>
        <Text size="sm">{last ? t('tour.told', { text: last.text }) : t('tour.toldNothing')}</Text>
        <Group gap={6}>
          {trade.youMay.length > 0 ? (
            trade.youMay.map((move) => (
              <Badge key={move.do} variant="default" size="lg" tt="none">
                {move.label}
              </Badge>
            ))
          ) : (
            <Text size="sm" c="dimmed">
              {t('tour.mayNothing')}
            </Text>
          )}
        </Group>
        <Group>
          <Button
            size="compact-sm"
            variant="subtle"
            loading={become.isPending}
            onClick={() => become.mutate({ person: actor.name }, { onSuccess: () => void go(`/trades/${trade.id}`) })}
          >
            {t('tour.lookAs', { name: actor.name })}
          </Button>
        </Group>
      </Stack>
    </Card>
  )
}

/** What has just come about, and the one button that leads on. */
function Now({ title, says, button, busy, press, children }: { title?: string; says: string; button: string | null; busy: boolean; press: () => void; children?: ReactNode }) {
  return (
    <Card withBorder padding="lg" style={{ borderColor: 'var(--mantine-primary-color-filled)', borderWidth: 2 }}>
      <Stack align="flex-start">
        {title && (
          <Title order={2} size="h3">
            {title}
          </Title>
        )}
        <Text role="status">{says}</Text>
        {button && (
          <Button size="md" h="auto" mih={42} loading={busy} onClick={press} py={8} styles={{ label: { whiteSpace: 'normal', height: 'auto', lineHeight: 1.4 } }}>
            {button}
          </Button>
        )}
        {children}
      </Stack>
    </Card>
  )
}

/** Something is not as the tour wants it: a way on. */
function Stuck({ text, anew }: { text?: string; anew: () => void }) {
  const { t } = useTranslation()
  return (
    <Stack gap="xs" align="flex-start">
      {text && <Text size="sm">{text}</Text>}
      <Button variant="default" onClick={anew}>
        {t('tour.anew')}
      </Button>
    </Stack>
  )
}

/** The states of the whole way; where it is now stands out. */
function Way({ kind, state }: { kind: Kind; state: string }) {
  const { t } = useTranslation()
  const states = [...new Set((plot(kind, start) ?? []).map((move) => move.to))]
  const at = states.indexOf(state)
  return (
    <ol className="states" aria-label={t('states.title')}>
      {states.map((one, index) => (
        <li key={one} data-is={index < at ? 'past' : index === at ? 'now' : 'ahead'} aria-current={index === at ? 'step' : undefined}>
          {kind.states.find((known) => known.state === one)?.label}
        </li>
      ))}
    </ol>
  )
}
