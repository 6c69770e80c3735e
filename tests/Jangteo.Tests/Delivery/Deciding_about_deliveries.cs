using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Platform;

namespace Jangteo.Tests.Delivery;

/// <summary>The rules of deliveries, by themselves.</summary>
public sealed class Deciding_about_deliveries
{
    [Fact]
    [Requirement("MA-4")]
    [Requirement("WP-5")]
    [Requirement("CS-3")]
    public void What_is_to_be_delivered_is_under_way_at_once()
    {
        var started = DeliveryRules.Decide(Shipment.None, "deliver", 4);

        Assert.Equal(("delivery-started", null), (started.Answer.Event, started.Answer.Code));
        Assert.Equal((Whereabouts.UnderWay, 4), (started.Shipment.Is, started.Shipment.StartedAt));
    }

    [Theory]
    [InlineData("deliver")]
    [InlineData("cancel-delivery")]
    [InlineData("finish-delivery")]
    [Requirement("MA-4", "delivery down at that moment: nothing lost, exactly one delivery")]
    public void The_same_twice_has_one_effect_and_the_same_answer(string verb)
    {
        var before = verb == "deliver" ? Shipment.None : Started(4);

        var first = DeliveryRules.Decide(before, verb, 6);
        var second = DeliveryRules.Decide(first.Shipment, verb, 6);

        Assert.True(first.IsNew);
        Assert.False(second.IsNew);
        Assert.Equal((first.Answer, first.Shipment), (second.Answer, second.Shipment));
    }

    [Fact]
    [Requirement("CS-5")]
    [Requirement("WP-9")]
    public void What_is_under_way_is_cancelled()
    {
        var cancelled = DeliveryRules.Decide(Started(4), "cancel-delivery", 6);

        Assert.Equal(("delivery-cancelled", Whereabouts.Cancelled), (cancelled.Answer.Event, cancelled.Shipment.Is));
        Assert.Null(DeliveryRules.Arrive(cancelled.Shipment, Ids.New()));
    }

    [Fact]
    [Requirement("WP-9", "already arrived")]
    [Requirement("WP-6", "after it has arrived: refused")]
    public void What_has_arrived_is_not_cancelled_any_more()
    {
        var arrived = DeliveryRules.Arrive(Started(4), Ids.New())!.Value.Shipment;

        var late = DeliveryRules.Decide(arrived, "cancel-delivery", 6);

        Assert.Equal(("delivery-too-late", "delivery-too-late"), (late.Answer.Event, late.Answer.Code));
        Assert.Equal(Whereabouts.Arrived, late.Shipment.Is);
    }

    [Fact]
    [Requirement("WP-9", "before it started")]
    [Requirement("CS-5", "\"shipped\" arriving after the cancel")]
    public void A_delivery_that_was_cancelled_before_it_was_asked_for_never_starts()
    {
        var cancelled = DeliveryRules.Decide(Shipment.None, "cancel-delivery", 6);

        var late = DeliveryRules.Decide(cancelled.Shipment, "deliver", 4);

        Assert.Equal("delivery-cancelled", cancelled.Answer.Event);
        Assert.Equal("timed-out", late.Answer.Code);
        Assert.Equal(Whereabouts.Cancelled, late.Shipment.Is);
    }

    [Fact]
    public void After_a_cancelled_attempt_a_new_one_starts_and_the_old_cancelling_leaves_it_alone()
    {
        var cancelled = DeliveryRules.Decide(Started(4), "cancel-delivery", 6).Shipment;

        var anew = DeliveryRules.Decide(cancelled, "deliver", 8);
        var late = DeliveryRules.Decide(anew.Shipment, "cancel-delivery", 7);

        Assert.Equal("delivery-started", anew.Answer.Event);
        Assert.Equal(Whereabouts.UnderWay, late.Shipment.Is);
    }

    [Fact]
    public void Arrival_is_told_by_the_request_that_started_it_and_only_once()
    {
        var trade = Ids.New();

        var (shipment, told) = DeliveryRules.Arrive(Started(4), trade)!.Value;

        Assert.Equal((trade, 4, "deliver", Verb.Delivered), (told.Stream, told.Revision, told.Verb, told.Event));
        Assert.Null(DeliveryRules.Arrive(shipment, trade));
        Assert.Null(DeliveryRules.Arrive(Shipment.None, trade));
    }

    [Theory]
    [InlineData(true, "Arrived")]
    [InlineData(false, "None")]
    public void Finishing_marks_what_was_under_way_as_arrived(bool wasStarted, string then)
    {
        var finished = DeliveryRules.Decide(wasStarted ? Started(4) : Shipment.None, "finish-delivery", 6);

        Assert.Equal(("delivery-finished", then), (finished.Answer.Event, finished.Shipment.Is.ToString()));
    }

    [Fact]
    public void A_voided_question_was_not_done_and_never_will_be()
    {
        var voided = DeliveryRules.Void(Shipment.None, "deliver", 4);
        var late = DeliveryRules.Decide(voided.Shipment, "deliver", 4);

        Assert.Equal(("timed-out", "timed-out"), (voided.Answer.Event, voided.Answer.Code));
        Assert.Equal((voided.Answer, Whereabouts.None), (late.Answer, late.Shipment.Is));
        Assert.Equal("delivery-started", DeliveryRules.Void(Started(4), "deliver", 4).Answer.Event);
    }

    [Theory]
    [InlineData("deliver")]
    [InlineData("fly")]
    public void What_no_sound_table_asks_for_is_no_answer_but_a_fault(string verb) =>
        Assert.Throws<InvalidOperationException>(() => DeliveryRules.Decide(Started(4), verb, 6));

    [Fact]
    public void Verbs_of_deliveries_are_those_of_the_table() =>
        Assert.All(Verb.All.Where(verb => verb.Module == Modules.Delivery), verb =>
            Assert.Equal(verb.Yes, DeliveryRules.Decide(Shipment.None, verb.Name, 3).Answer.Event));

    private static Shipment Started(int at) => DeliveryRules.Decide(Shipment.None, "deliver", at).Shipment;
}
