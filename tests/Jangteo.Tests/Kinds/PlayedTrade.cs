using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Platform.Intending;
using Jangteo.Trading;
using Decision = Jangteo.Trading.Decision;
using Step = Jangteo.Kinds.Step;

namespace Jangteo.Tests.Kinds;

/// <summary>A trade on the deciding functions of the engine and of the modules, to which the steps of a path happen one by one, and nothing else.</summary>
internal sealed class PlayedTrade(Kind kind)
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);
    private static readonly PersonRef Buyer = new(Guid.Parse("01930000-0000-7000-8000-000000000001"), "Minji");
    private static readonly PersonRef Seller = new(Guid.Parse("01930000-0000-7000-8000-000000000002"), "Junho");
    private static readonly Listing Listing = new(Guid.Parse("01930000-0000-7000-8000-000000000003"), 1, "any", Seller, "A bicycle", 3000, 5, false);

    private readonly Dictionary<string, List<object>> mail = Mail.Correspondents.ToDictionary(module => module, _ => new List<object>());
    private readonly PlayedModules modules = new(Morning);
    private ImmutableArray<Reply.Yes> answeredYes = [];
    private ImmutableHashSet<Answered> told = [];

    public Trade? Trade { get; private set; }

    /// <summary>What the modules hold for it.</summary>
    public Holdings Holdings => modules.Holdings;

    /// <summary>Why the last step of a path could not be: the module said so itself.</summary>
    public string? Impossible { get; private set; }

    public bool IntentionIsOpen => Trade?.Intention is not null;

    /// <summary>What is under way to and from a module, oldest first: verbs not carried out, answers not heard.</summary>
    public IEnumerable<string> MailOf(string module) => mail[module].Select(item => item is Request request ? request.Verb : ((Answered)item).Event);

    /// <summary>Lets a step happen; whatever the engine does not do as the step says fails the test.</summary>
    public void Play(Step step)
    {
        switch (step)
        {
            case Step.Commanded commanded:
                Happen(Command(commanded.By, commanded.Do));
                Assert.Equal(commanded.AsksFirst, IntentionIsOpen);
                break;
            case Step.TimePassed passed:
                Assert.Contains(Deed.Next(kind, Trade!), due => due.Do == passed.Do && due.At == Trade!.Since + passed.After);
                Happen(Fire(passed.Do));
                Assert.Equal(passed.AsksFirst, IntentionIsOpen);
                break;
            case Step.Answered answered:
                Answer(answered);
                break;
            case Step.CarriedOut carried:
                CarryOut(carried);
                break;
            case Step.Heard heard:
                var answer = mail[heard.Module].TakeWhile(item => item is Answered).Cast<Answered>().First(item => item.Event == heard.Answer);
                mail[heard.Module].Remove(answer);
                var hears = Deciding.Hear(kind, Trade!, soldOut: false, heard.Module, answer, Trade!.Since);
                Assert.Equal(heard.Do, hears.Moved.FirstOrDefault()?.Do);
                Happen(hears);
                break;
            case Step.Arrived:
                Tell(Modules.Delivery, modules.Arrive(Trade!.Id));
                break;
            case Step.SoldOut sold:
                var happens = HearSoldOut();
                Assert.NotNull(happens);
                Assert.Equal(sold.Do, happens.Moved.Single().Do);
                Happen(happens);
                break;
            default:
                Assert.Fail($"nobody has said how to play {step}");
                break;
        }

        Assert.Equal(step.State, Trade!.State);
    }

    /// <summary>What the engine decides when a party gives a command now. Nothing happens yet.</summary>
    public Decision Command(Party by, string move)
    {
        var person = by == Party.Buyer ? Buyer.Id : Seller.Id;
        var act = new Act(Words.Of(by), person, Morning, Morning);
        if (Trade is null)
        {
            Assert.Equal((Party.Buyer, kind.StartMove.Do), (by, move));
            var terms = new Terms(
                3000,
                kind.Needs.Contains(Need.Quantity) ? 1 : null,
                kind.Needs.Contains(Need.Periods) ? 1 : null,
                kind.Needs.Contains(Need.Address) ? "Gaon 1" : null,
                kind.Needs.Contains(Need.RefundAccount) ? "Bank 1" : null);
            return Deciding.Begin(kind, Guid.Parse("01930000-0000-7000-8000-000000000004"), Listing with { Kind = kind.Name }, Buyer, terms, 30, "KRW", act);
        }

        return Deciding.Command(kind, Trade, soldOut: false, by, move, act);
    }

    /// <summary>What the engine decides when a deadline is over now.</summary>
    public Decision Fire(string move)
    {
        var after = kind.Leaving(Trade!.State).FirstOrDefault(row => row.Do == move && row.After is not null)?.After ?? TimeSpan.Zero;
        var now = Trade.Since + after;
        return Deciding.Fire(kind, Trade, soldOut: false, move, new Act(Act.Time, null, now, now));
    }

    /// <summary>Whether an operator is told that this can be done now: a command of a party, or what time does when it is due.</summary>
    public bool IsSaidToBePossible(Party? by, string move) =>
        kind.Moves.Any(row => row.Do == move && row.By == by && row.Hears is null && !Deciding.WhyNot(kind, Trade!, row, Trade!.Since + (row.After ?? TimeSpan.Zero)).Any());

    /// <summary>What the engine decides when the last unit goes to somebody else now.</summary>
    public Decision.Happens? HearSoldOut() => Deciding.HearSoldOut(kind, Trade!, Trade!.Since);

    private void Answer(Step.Answered answered)
    {
        var questions = Deciding.Questions(kind, Trade!);
        var question = questions[answeredYes.Length].Request;
        Assert.Equal(answered.Question.Name, question.Verb);
        if (answered.Answer is null)
        {
            Refused(answered.Question, () => modules.Ask(question, answered.Question.Yes) is Reply.Yes yes ? yes.Event : "no");
            return;
        }

        Outcome? outcome = null;
        if (answered.Answer == Step.OutOfReach)
        {
            outcome = new Outcome.OutOfReach(answeredYes, answeredYes.Length, TimeSpan.FromSeconds(1), "away");
        }
        else if (modules.Ask(question, answered.Answer) is Reply.No no)
        {
            Assert.Equal(answered.Answer, no.Event);
            outcome = new Outcome.Refused(answeredYes, answeredYes.Length, no.Event, no.Code);
        }
        else
        {
            Assert.Equal(answered.Answer, answered.Question.Yes);
            answeredYes = answeredYes.Add(new Reply.Yes(answered.Answer));
            outcome = answeredYes.Length == questions.Count ? new Outcome.AllYes(answeredYes) : null;
        }

        foreach (var done in modules.TakePromised())
        {
            Tell(Modules.Payments, done);
        }

        if (outcome is not null)
        {
            answeredYes = [];
            var happens = Deciding.Settle(kind, Trade!, soldOut: false, outcome, Trade!.Since);
            Assert.Equal(answered.Do, happens.Moved.FirstOrDefault()?.Do);
            Happen(happens);
        }
    }

    private void CarryOut(Step.CarriedOut carried)
    {
        var queue = mail[carried.Request.Module];
        var at = queue.FindIndex(item => item is Request);
        var request = Assert.IsType<Request>(queue[at]);
        Assert.Equal(carried.Request.Name, request.Verb);
        if (carried.Answer is null)
        {
            Refused(carried.Request, () => modules.CarryOut(request, carried.Request.Yes).Event);
            return;
        }

        var answer = modules.CarryOut(request, carried.Answer);
        Assert.Equal(carried.Answer, answer.Event);
        queue[at] = answer;
    }

    /// <summary>A module tells something of its own: behind its answers, before what it has not carried out. What is under way already is not told twice.</summary>
    private void Tell(string module, Answered what)
    {
        var queue = mail[module];
        if (queue.OfType<Answered>().Any(other => told.Contains(other) && other.Event == what.Event))
        {
            return;
        }

        told = told.Add(what);
        var at = queue.FindIndex(item => item is Request);
        queue.Insert(at < 0 ? queue.Count : at, what);
    }

    /// <summary>The module has not what the verb needs: it says no, or that it is a mistake to ask, and nothing changes.</summary>
    private void Refused(Verb verb, Func<string> ask)
    {
        var before = Holdings;
        try
        {
            var answer = ask();
            Assert.NotEqual(verb.Yes, answer);
            Impossible = answer;
        }
        catch (Exception refused) when (refused is NeedUnmetException or InvalidOperationException)
        {
            Impossible = refused.Message;
        }

        Assert.Equal(before, Holdings);
    }

    private void Happen(Decision decision)
    {
        var happens = Assert.IsType<Decision.Happens>(decision);
        Trade = happens.Trade;
        foreach (var request in happens.Requests)
        {
            mail[Verb.Find(request.Verb)!.Module].Add(request);
        }
    }
}
