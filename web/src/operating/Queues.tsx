import { Badge, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsked } from '../api/asking'
import { GET } from '../api/client'
import { Asked, Empty } from '../parts/Answers'
import { Figures, Part, Section, useWord } from './parts'

const figures = ['unsent', 'unread', 'intentions', 'aside', 'parked'] as const

/** Whether everything has come to rest, and whom the modules do not ask for a while. */
export default function Queues() {
  const { t, i18n } = useTranslation()
  const word = useWord()
  const rest = useAsked(['operating', 'rest'], () => GET('/api/operator/rest'))
  const breakers = useAsked(['operating', 'breakers'], () => GET('/api/operator/breakers'))
  const number = new Intl.NumberFormat(i18n.language)
  return (
    <Part title={t('operating.parts.queues')} about={t('operating.queues.about')}>
      <Section title={t('operating.queues.title')}>
        <Asked answer={rest}>
          {({ atRest, items }) => (
            <>
              <Text fw={600}>{atRest ? t('operating.queues.atRest') : t('operating.queues.busy')}</Text>
              <Figures
                label={t('operating.queues.title')}
                heads={[t('operating.queues.module'), ...figures.map((figure) => t(`operating.queues.${figure}`))]}
                rows={items.map((module) => ({
                  name: word('modules', module.module),
                  cells: figures.map((figure) => (module[figure] > 0 ? <b>{number.format(module[figure])}</b> : number.format(module[figure]))),
                }))}
              />
            </>
          )}
        </Asked>
      </Section>
      <Section title={t('operating.queues.breakers')}>
        <Asked answer={breakers} empty={({ items }) => items.length === 0 && <Empty title={t('operating.queues.none')} />}>
          {({ items }) => (
            <Figures
              label={t('operating.queues.breakers')}
              heads={[t('operating.queues.who'), t('operating.queues.state'), t('operating.queues.asked'), t('operating.queues.heldOff')]}
              rows={items.map((breaker) => ({
                name: `${word('modules', breaker.asker)} → ${word('modules', breaker.module)}`,
                cells: [
                  <Badge variant="light" color={breaker.state === 'closed' ? 'teal' : 'red'} c="inherit">
                    {word('breakers', breaker.state)}
                  </Badge>,
                  number.format(breaker.asked),
                  number.format(breaker.heldOff),
                ],
              }))}
            />
          )}
        </Asked>
      </Section>
    </Part>
  )
}
