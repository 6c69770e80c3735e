import { Button, Group, Modal, Text } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

interface Shown {
  address: string
  alt: string
}

/** Pictures as large as the screen allows. They follow each other by swiping, by the arrow keys and by buttons. */
export default function PictureDialog({ pictures, first, onClose }: { pictures: Shown[]; first: number; onClose: () => void }) {
  const { t } = useTranslation()
  const [at, setAt] = useState(first)
  const [opener] = useState(() => document.activeElement as HTMLElement | null)
  useEffect(() => () => opener?.focus(), [opener])
  const reel = useRef<HTMLDivElement>(null)
  const begin = useCallback(
    (element: HTMLDivElement | null) => {
      reel.current = element
      if (element) {
        element.scrollLeft = element.clientWidth * first
      }
    },
    [first],
  )
  const goTo = (index: number) => reel.current?.scrollTo({ left: reel.current.clientWidth * index })
  return (
    <Modal
      opened
      fullScreen
      onClose={onClose}
      title={t('pictures.number', { number: at + 1, count: pictures.length })}
      closeButtonProps={{ 'aria-label': t('answers.close') }}
      transitionProps={{ duration: 0 }}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
        if (step !== 0) {
          event.preventDefault()
          goTo(at + step)
        }
      }}
    >
      <div
        ref={begin}
        className="reel"
        tabIndex={0}
        role="group"
        aria-label={t('pictures.all')}
        onScroll={({ currentTarget: { scrollLeft, clientWidth } }) => setAt(Math.round(scrollLeft / clientWidth))}
      >
        {pictures.map(({ address, alt }, index) => (
          // Those beside the one that is seen are there when they are swiped to.
          <img key={address} src={address} alt={alt} loading={Math.abs(index - at) > 1 ? 'lazy' : 'eager'} />
        ))}
      </div>
      {pictures.length > 1 && (
        <Group justify="center" mt="sm">
          <Button variant="default" disabled={at === 0} onClick={() => goTo(at - 1)}>
            {t('pictures.before')}
          </Button>
          <Text role="status" size="sm">
            {t('pictures.number', { number: at + 1, count: pictures.length })}
          </Text>
          <Button variant="default" disabled={at === pictures.length - 1} onClick={() => goTo(at + 1)}>
            {t('pictures.next')}
          </Button>
        </Group>
      )}
    </Modal>
  )
}
