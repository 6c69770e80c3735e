import { Button, Group, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { rounded, type Point } from './points'

const patience = 10_000

/** Finds where the person is. Browsers tell it to pages that came over a safe line, when the person allows it. */
export function HereButton({ onFound }: { onFound: (point: Point) => void }) {
  const { t } = useTranslation()
  const [look, setLook] = useState<'idle' | 'looking' | 'failed'>('idle')
  // It may take seconds: what the form holds by then counts, and a reader who has gone elsewhere stays there.
  const told = useRef<typeof onFound | null>(null)
  useEffect(() => {
    told.current = onFound
    return () => {
      told.current = null
    }
  }, [onFound])
  if (!isSecureContext || !('geolocation' in navigator)) {
    return null
  }

  const find = () => {
    setLook('looking')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setLook('idle')
        told.current?.(rounded({ lat: coords.latitude, lng: coords.longitude }))
      },
      () => setLook('failed'),
      { timeout: patience },
    )
  }

  return (
    <Group gap="xs">
      <Button variant="default" size="compact-md" loading={look === 'looking'} onClick={find}>
        {t('map.here')}
      </Button>
      <Text size="sm" c="red" role="status">
        {look === 'failed' && t('map.nowhere')}
      </Text>
    </Group>
  )
}
