import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { GET } from '../api/client'
import { useList } from '../api/lists'
import { Asked } from '../parts/Answers'
import { More } from '../parts/More'
import { useMoment } from '../parts/When'
import { Figures, Part, Section, usePercent } from './parts'

/** The fee now, and what it was before. */
export default function Fees() {
  const { t } = useTranslation()
  const percent = usePercent()
  const moment = useMoment()
  const fees = useList(['operating', 'fees'], (cursor) => GET('/api/operator/trading/fees', { params: { query: cursor ? { cursor } : {} } }))
  return (
    <Part title={t('operating.parts.fees')} about={t('operating.fees.about')}>
      <Asked answer={fees}>
        {({ items, first }) => (
          <>
            {first?.items[0] && (
              <Section title={t('operating.fees.now')}>
                <Text fz={32} fw={700} lh={1.2}>
                  {percent(first.items[0].permille)}
                </Text>
                <Text size="sm">{t('operating.fees.sinceThen', { when: moment(first.items[0].since) })}</Text>
              </Section>
            )}
            <Section title={t('operating.fees.history')}>
              <Text size="sm" c="dimmed">
                {t('operating.fees.who')}
              </Text>
              <Figures
                label={t('operating.fees.history')}
                heads={[t('operating.fees.fee'), t('operating.fees.since'), t('operating.fees.until')]}
                rows={items.map((fee, index) => ({
                  name: percent(fee.permille),
                  cells: [moment(fee.since), index === 0 ? t('operating.fees.today') : moment(items[index - 1]!.since)],
                }))}
              />
              <More of={fees} />
            </Section>
          </>
        )}
      </Asked>
    </Part>
  )
}
