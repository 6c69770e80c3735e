using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;

namespace Jangteo.Notices;

/// <summary>When a trade has moved, its parties are told; when a person has changed, they are reached where they now are; when an alarm is asked for, it is sent and answered.</summary>
internal sealed class TellOfMoves(Shelf shelf, Post post, SendAlarm alarms, BusinessClock clock) : IHear
{
    private static readonly IReadOnlySet<Guid> None = new HashSet<Guid>();

    /// <summary>People do not notice this; an alarm that is waited for is asked as a question and does not come this way.</summary>
    public TimeSpan Gathers => TimeSpan.FromMilliseconds(50);

    public async Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct)
    {
        var tellings = new List<(Message Move, IReadOnlyList<Notice> Notices)>();
        var people = new Dictionary<Guid, PersonChanged>();
        foreach (var message in messages)
        {
            switch (message.Type)
            {
                case TradingMessages.Moved or TradingMessages.Noted:
                    tellings.Add((message, WhoIsTold.Of(shelf, message)));
                    break;
                case IdentityMessages.PersonChanged:
                    var person = message.Read<PersonChanged>();
                    people[person.Person] = person;
                    break;
                case TradingMessages.Requests or CatalogMessages.Requests:
                    work.Cause = Cause.Of(message);
                    await alarms.Answer(work, message, ct);
                    break;
            }
        }

        // Some moves send no notice and so write nothing to the log; the watch must check them as well.
        work.Changed(tellings.Select(telling => telling.Move.Stream));
        post.Write(work, [.. tellings.SelectMany(telling => telling.Notices)]);

        // What is said takes a lock on its stream, so two transactions must come to their streams in the same order; within a stream the order stays.
        foreach (var (move, notices) in tellings.OrderBy(telling => telling.Move.Stream))
        {
            work.Cause = Cause.Of(move);
            Post.Say(work, notices, move.Context, clock.Now);
        }

        Write(work, people);
        return None;
    }

    private void Write(Work work, Dictionary<Guid, PersonChanged> people)
    {
        if (people.Count == 0)
        {
            return;
        }

        var rows = people.Values.OrderBy(person => person.Person).ToList();
        work.Write(
            """
            insert into people (person, name, email, phone, language)
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
            on conflict (person) do update set name = excluded.name, email = excluded.email, phone = excluded.phone, language = excluded.language
            """,
            rows.Select(person => person.Person).ToArray(), rows.Select(person => person.Name).ToArray(), rows.Select(person => person.Email).ToArray(),
            rows.Select(person => person.Phone).ToArray(), rows.Select(person => person.Language).ToArray());

        // Somebody may have been told something before we knew how to reach them.
        foreach (var bell in post.Bells.Values)
        {
            work.AfterCommit(bell.Ring);
        }
    }
}
