using Jangteo.Kinds;
using Jangteo.Trading;
using Step = Jangteo.Kinds.Step;

namespace Jangteo.Tests.Kinds;

/// <summary>The checks judge a model of the engine. These tests hold the model against the engine's own deciding functions.</summary>
public sealed class The_engine_does_what_was_explored
{
    private static readonly Dictionary<string, Kind> Explored =
        Directory.GetFiles(Tables.Folder, KindReader.TableFile, SearchOption.AllDirectories).Select(File.ReadAllText).Append(Tables.Sound).Append(Twisted).Select(Tables.Read).ToDictionary(kind => kind.Name);

    public static TheoryData<string> Kinds => [.. Explored.Keys.Order(StringComparer.Ordinal)];

    /// <summary>A sound table with what none of the five has: loops, a heard no, sold-out after stock was given back, questions that wait for requests, answers to an earlier attempt, undoing of several.</summary>
    internal const string Twisted = """
        kind: twisted
        version: 1
        stock: counted
        price: day
        needs: [quantity, periods, address, refund-account]

        moves:
          - { do: begin,    from: start,            to: open,      by: buyer,    first: [take-stock, hold-payment], ask: [send-alarm] }
          - { do: pause,    from: open,             to: resting,   by: buyer,    ask: [refund, give-back-stock] }
          - { do: lapse,    from: open,             to: ended,     after: 2d,    ask: [refund, give-back-stock] }
          - { do: go-on,    from: open,             to: checked,   by: seller,   first: [send-alarm] }
          - { do: resume,   from: resting,          to: open,      by: buyer,    first: [take-stock, hold-payment] }
          - { do: gone,     from: resting,          to: ended,     hears: sold-out }
          - { do: too-dear, from: resting,          to: waiting,   hears: payment-declined, ask: [give-back-stock] }
          - { do: slow,     from: resting,          to: waiting,   hears: timed-out, ask: [refund, give-back-stock] }
          - { do: forget,   from: [resting, waiting], to: ended,   after: 9d }
          - { do: again,    from: waiting,          to: asked,     by: operator, ask: [take-stock] }
          - { do: unask,    from: asked,            to: unasked,   by: operator, ask: [give-back-stock] }
          - { do: retry,    from: unasked,          to: once-more, after: 1m,  ask: [take-stock] }
          - { do: lose,     from: [asked, once-more], to: ended,   hears: stock-refused }
          - { do: keep,     from: [asked, once-more], to: waiting, hears: stock-taken, ask: [give-back-stock] }
          - { do: ship,     from: checked,          to: shipping,  after: 1h,    ask: [deliver] }
          - { do: stop,     from: shipping,         to: stopping,  by: buyer,    ask: [cancel-delivery] }
          - { do: stopped,  from: stopping,         to: ended,     hears: delivery-cancelled, ask: [refund, give-back-stock] }
          - { do: late,     from: stopping,         to: done,      hears: delivery-too-late, ask: [pay-out, sell-stock] }
          - { do: complain, from: shipping,         to: ended,     by: buyer,    ask: [finish-delivery, refund, give-back-stock] }
          - { do: close,    from: shipping,         to: done,      after: 30d,   ask: [finish-delivery, pay-out, sell-stock] }
        """;

    [Fact]
    public void The_twisted_table_is_sound() => Assert.Empty(Check.Table(Tables.Read(Twisted), "trade.yaml"));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_configuration_is_reached_by_the_engine_on_the_same_path(string name)
    {
        var kind = Explored[name];
        var exploration = Exploration.Of(kind);
        for (var place = 1; place < exploration.All.Count; place++)
        {
            var played = Play(kind, exploration.PathTo(place));
            var expected = exploration.All[place].Configuration;

            Assert.Equal(expected.State, played.Trade!.State);
            Assert.Equal(expected.NotBegun, played.Trade.NotBegun);
            Assert.Equal(expected.IntentionIsOpen, played.IntentionIsOpen);
            Assert.Equal(expected.Holdings with { Given = false }, played.Holdings);
            Assert.All(Mail.Correspondents, module => Assert.Equal(Written(expected.Mail, module), played.MailOf(module)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void In_every_configuration_the_engine_may_do_what_was_explored_and_nothing_else(string name)
    {
        var kind = Explored[name];
        var exploration = Exploration.Of(kind);
        var steps = exploration.Edges.ToLookup(edge => edge.From, edge => edge.Step);
        for (var place = 1; place < exploration.All.Count; place++)
        {
            var played = Play(kind, exploration.PathTo(place));

            foreach (var party in Enum.GetValues<Party>())
            {
                foreach (var move in kind.Moves.Select(move => move.Do).Distinct())
                {
                    var explored = steps[place].OfType<Step.Commanded>().Any(step => step.By == party && step.Do == move);
                    Assert.Equal(explored, played.Command(party, move) is Decision.Happens);
                }
            }

            foreach (var move in kind.Moves.Select(move => move.Do).Distinct())
            {
                Assert.Equal(steps[place].OfType<Step.TimePassed>().Any(step => step.Do == move), played.Fire(move) is Decision.Happens);
            }

            Assert.Equal(steps[place].OfType<Step.SoldOut>().Any(), played.HearSoldOut() is not null);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_operator_is_told_in_every_configuration_what_the_engine_would_do(string name)
    {
        var kind = Explored[name];
        var exploration = Exploration.Of(kind);
        for (var place = 1; place < exploration.All.Count; place++)
        {
            var played = Play(kind, exploration.PathTo(place));

            foreach (var move in kind.Moves.Select(move => move.Do).Distinct())
            {
                Assert.All(Enum.GetValues<Party>(), party => Assert.Equal(played.Command(party, move) is Decision.Happens, played.IsSaidToBePossible(party, move)));
                Assert.Equal(played.Fire(move) is Decision.Happens, played.IsSaidToBePossible(null, move));
            }
        }
    }

    /// <summary>From every configuration, every step that was explored leads the engine to the configuration that was explored.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_step_leads_the_engine_where_it_was_explored_to_lead(string name)
    {
        var kind = Explored[name];
        var exploration = Exploration.Of(kind);
        foreach (var edge in exploration.Edges)
        {
            var played = Play(kind, exploration.PathTo(edge.From).Add(edge.Step));
            var expected = exploration.All[edge.To].Configuration;

            Assert.Equal((expected.State, expected.NotBegun, expected.IntentionIsOpen), (played.Trade!.State, played.Trade.NotBegun, played.IntentionIsOpen));
            Assert.Equal(expected.Holdings with { Given = false }, played.Holdings);
            Assert.All(Mail.Correspondents, module => Assert.Equal(Written(expected.Mail, module), played.MailOf(module)));
        }
    }

    [Theory]
    [MemberData(nameof(Checking_a_kind.Wrong), MemberType = typeof(Checking_a_kind))]
    public void Every_path_to_a_fault_is_played_by_the_engine(string code, string written, string instead, string at, string says)
    {
        var kind = Tables.Read(Tables.SoundBut(written, instead));

        foreach (var mistake in Check.Table(kind, "trade.yaml").Where(mistake => !mistake.Path.IsEmpty))
        {
            var played = Play(kind, mistake.Path);

            Assert.Equal(mistake.Path[^1].State, played.Trade!.State);
            var holdings = played.Holdings;
            var hasEnded = kind.IsFinal(played.Trade.State) || played.Trade.NotBegun;
            switch (mistake.Code)
            {
                case "K3":
                    Assert.True(hasEnded && (holdings.HasMoney || holdings.Stock == StockIs.Taken || holdings.Delivery == DeliveryIs.UnderWay), $"{code} {at} {says}: {mistake}");
                    break;
                case "K4":
                    Assert.True(holdings.HasMoney && !played.IntentionIsOpen, mistake.ToString());
                    break;
                case "K5":
                    Assert.NotNull(played.Impossible);
                    break;
                case "K9":
                    Assert.True(hasEnded && (holdings.Money == MoneyIs.PaidOut) != (holdings.Stock == StockIs.Sold), mistake.ToString());
                    break;
                case "K11":
                    Assert.True(holdings.HasMoney, mistake.ToString());
                    break;
                default:
                    Assert.False(hasEnded, mistake.ToString());
                    break;
            }
        }
    }

    private static PlayedTrade Play(Kind kind, IEnumerable<Step> path)
    {
        var played = new PlayedTrade(kind);
        foreach (var step in path)
        {
            played.Play(step);
        }

        return played;
    }

    private static List<string> Written(Mail mail, string module)
    {
        var words = new List<string>();
        while (mail.Unheard(module).Select(first => first.Answer).FirstOrDefault() is { } answer)
        {
            words.Add(answer);
            mail = mail.Hear(module, 0);
        }

        while (mail.Undone(module) is { } request)
        {
            words.Add(request.Name);
            mail = mail.Answer(module, request.Yes).Hear(module, 0);
        }

        return words;
    }
}
