import { Alert, Badge, createTheme, Tabs, type MantineColorsTuple } from '@mantine/core'

/** The awning of the market, and its door: contrast of white on the seventh shade is above 4.5. */
const teal: MantineColorsTuple = ['#e8f7f6', '#d3eeec', '#a3dcd8', '#70c9c3', '#47b9b2', '#2eafa7', '#1c8f88', '#0b6e69', '#085a56', '#04423f']

export const theme = createTheme({
  colors: { teal },
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: 'var(--letters)',
  defaultRadius: 'md',
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // The light colours of an alert leave its coloured title with too little contrast.
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-text)' } } }),
    // Letters as they are written; and three tabs beside each other on a phone.
    Badge: Badge.extend({ defaultProps: { tt: 'none' } }),
    Tabs: Tabs.extend({ styles: { tab: { paddingInline: '0.6rem' } } }),
  },
})
