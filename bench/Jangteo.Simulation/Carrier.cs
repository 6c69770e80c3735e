using Jangteo.Contracts;
using Jangteo.Platform.Intending;

namespace Jangteo.Simulation;

/// <summary>What a module lends to those who carry its intentions.</summary>
internal interface ICarry
{
    OpenIntention? Load(Guid stream);

    /// <summary>Settles in one commit, once.</summary>
    Commit Settle(Guid stream, OpenIntention intention, Outcome outcome);

    /// <summary>Nobody else may take it up for a while.</summary>
    void Lease(Guid stream);
}

/// <summary>
/// Carries one intention to its end, as <see cref="Intentions"/> does: asks in order, and begins again from the first question after anything unknown. He keeps nothing but
/// what is in his head, and may die at every step; then somebody else goes on when the lease is over.
/// </summary>
internal sealed class Carrier
{
    private readonly World world;
    private readonly Actor actor;
    private readonly ICarry owner;
    private readonly Guid stream;
    private readonly int revision;
    private readonly int life;
    private bool resumed;
    private long rest = 50;
    private OpenIntention? intention;
    private Asking? asking;

    private Carrier(World world, Actor actor, ICarry owner, Guid stream, int revision, bool resumed)
    {
        (this.world, this.actor, this.owner, this.stream, this.revision, this.resumed) = (world, actor, owner, stream, revision, resumed);
        life = actor.Life;
    }

    private bool IsDead => actor.Life != life;

    public static void Begin<T>(World world, T owner, Guid stream, int revision, bool resumed)
        where T : Actor, ICarry
    {
        var carrier = new Carrier(world, owner, owner, stream, revision, resumed);
        world.After(world.Dice.Below(3), carrier.Round);
    }

    private void Round()
    {
        if (IsDead || (intention = owner.Load(stream)) is null || (intention.Revision != revision && world.Rules.CarriesOnlyItsOwn))
        {
            return;
        }

        asking = Asking.Begin(intention.Questions.Count, resumed);
        Next();
    }

    private void Next()
    {
        if (world.Dies(actor))
        {
            return;
        }

        var (module, request) = intention!.Questions[asking!.Yes.Length];
        var step = world.Rules.NextStep(world.Machine - intention.Since, world.Settings.AskAgainFor);
        world.Ask(module, request, step == Platform.Intending.Step.Void, Hear);
    }

    private void Hear(Reply reply)
    {
        if (IsDead || world.Dies(actor))
        {
            return;
        }

        var (_, request) = intention!.Questions[asking!.Yes.Length];
        world.Trace.Say(world.Now, stream, $"{request.Verb} at {request.Revision} is answered {Say(reply)}");
        asking = world.Rules.HearReply(asking, reply);
        if (asking.Outcome is { } outcome)
        {
            Settle(outcome);
        }
        else if (reply is Reply.Unknown or Reply.Unreachable)
        {
            resumed = true;
            owner.Lease(stream);
            world.After(rest, Round);
            rest = Math.Min(rest * 2, 2_000);
        }
        else
        {
            Next();
        }
    }

    /// <summary>Whoever settles may have slept since the answer, and somebody else may have settled before him. A settling that is lost is made by the next one, who asks the same again by its keys.</summary>
    private void Settle(Outcome outcome)
    {
        if (world.Dice.Chance(world.Weather.Sleeps))
        {
            world.After(world.Dice.Between(500, 9_000), () => SettleNow(outcome));
        }
        else
        {
            SettleNow(outcome);
        }
    }

    private void SettleNow(Outcome outcome)
    {
        if (!IsDead)
        {
            owner.Settle(stream, intention!, outcome);
        }
    }

    private static string Say(Reply reply) => reply switch
    {
        Reply.Yes yes => yes.Event,
        Reply.No no => no.Code,
        Reply.Unreachable => "by nobody: out of reach",
        _ => "by nobody: unknown",
    };
}
