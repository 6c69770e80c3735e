import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Kind } from '../api/client'
import { layOut, nodeHeight } from './flow'

/** Who or what makes a move: one of the parties, time, or what is heard of other modules. */
export const actorOf = (move: Kind['moves'][number]) => move.by ?? (move.hears ? 'hears' : 'time')

/** The states of a kind and the moves between them, drawn from its table. A state that is pointed at shows where it leads. */
export function Diagram({ kind, counts }: { kind: Kind; counts: Record<string, number> }) {
  const { t } = useTranslation()
  const flow = useMemo(() => layOut(kind, actorOf), [kind])
  const [traced, trace] = useState<string | null>(null)
  const isOn = (name: string) => name === traced || flow.edges.some((edge) => edge.from === traced && edge.to === name)
  return (
    <svg
      className="flow"
      role="img"
      aria-label={t('operating.kinds.diagram', { kind: kind.title })}
      data-tracing={traced !== null || undefined}
      viewBox={`-24 -10 ${flow.width + 48} ${flow.height + 20}`}
      style={{ width: flow.width + 48 }}
      onMouseLeave={() => trace(null)}
    >
      <defs>
        <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" markerUnits="userSpaceOnUse">
          <path d="M0 0 8 4 0 8 2 4z" />
        </marker>
      </defs>
      {flow.edges.map((edge) => (
        <path key={`${edge.from} ${edge.to}`} className="way" data-by={edge.actor} data-on={edge.from === traced || undefined} d={edge.path} markerEnd="url(#tip)" />
      ))}
      {flow.nodes.map((node) =>
        node.isStart ? (
          <circle key={node.name} className="start" cx={node.x} cy={node.y + nodeHeight / 2} r="8" onMouseEnter={() => trace(node.name)} />
        ) : (
          <g
            key={node.name}
            className="state"
            data-state={node.name}
            data-final={node.isFinal || undefined}
            data-on={isOn(node.name) || undefined}
            onMouseEnter={() => trace(node.name)}
          >
            <rect x={node.x - node.width / 2} y={node.y} width={node.width} height={nodeHeight} rx={node.isFinal ? 20 : 10} />
            <text x={node.x} y={node.y + nodeHeight / 2}>
              {node.label}
            </text>
            {(counts[node.name] ?? 0) > 0 && <Count x={node.x + node.width / 2 - 4} y={node.y} count={counts[node.name]!} />}
          </g>
        ),
      )}
    </svg>
  )
}

function Count({ x, y, count }: { x: number; y: number; count: number }) {
  const width = 14 + 7 * String(count).length
  return (
    <g className="count">
      <rect x={x - width / 2} y={y - 10} width={width} height="20" rx="10" />
      <text x={x} y={y}>
        {count}
      </text>
    </g>
  )
}
