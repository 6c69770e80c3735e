using Jangteo.Kinds;
using Jangteo.Stories;
using Step = Jangteo.Stories.Step;

namespace Jangteo.Tests.Stories;

public sealed class Reading_stories
{
    private const string Sound = """
        stories:
          - story: Asked and rejected
            shows: [CM-5]
            listing: { owner: minji, title: Desk lamp, price: 20000 }
            steps:
              - { who: harin, does: request, with: { card: declined }, refused: payment-declined }
              - { who: harin, does: request, despite: [sold-out] }
              - { expect: requested, money: { held: 20000 }, stock: none }
              - { fault: payments-down, is: on }
              - { forward: 3h }
              - { fault: payments-down, is: off }
              - { who: minji, does: reject, clicks: 2 }
              - { ends: reject, money: { refunded: 20000 } }
              - { who: harin, told: reject, by: sms, times: 0 }
              - { left: 1 }
        """;

    private static readonly string Folder = Path.Combine(Repository.Root, "kinds");

    private static readonly Shelf Shelf = KindReader.Read(Folder).Value!;

    [Fact]
    public void Every_ending_of_every_kind_is_the_end_of_a_story()
    {
        var stories = StoryReader.ReadAll(Folder, Shelf);

        Assert.Empty(stories.Mistakes);
        var told = stories.Value!.SelectMany(story => story.Endings).ToHashSet();
        Assert.All(Shelf.All.SelectMany(Ending.Of), ending => Assert.Contains(ending, told));
        Assert.Equal(50, told.Count);
    }

    [Fact]
    public void What_stories_show_stands_in_the_list_of_requirements()
    {
        var list = Repository.Read("docs/requirements.yaml");

        Assert.All(StoryReader.ReadAll(Folder, Shelf).Value!.SelectMany(story => story.Shows).Distinct(), id => Assert.Contains($"- id: {id}\n", list, StringComparison.Ordinal));
    }

    [Fact]
    public void A_sound_story_is_read_with_what_it_does_to_the_world_that_all_share()
    {
        var read = Read(Sound);

        var story = Assert.Single(read.Value!);
        Assert.Equal("payments-down:on 3h payments-down:off", story.World);
        Assert.Equal(new Ending("second-hand", "reject", "requested"), Assert.Single(story.Endings));
        Assert.Equal("harin", Assert.IsType<Step.Act>(story.Steps[^4]).Trade);
    }

    [Theory]
    [InlineData("does: reject", "does: rejekt", 12, "there is no \"rejekt\" for does; did you mean \"reject\"?")]
    [InlineData("does: reject", "does: lapse", 12, "there is no \"lapse\" for does")]
    [InlineData("does: reject", "makes: reject", 12, "write exactly one of does, lists")]
    [InlineData("ends: reject", "ends: accept", 13, "there is no \"accept\" for ends")]
    [InlineData("expect: requested", "expect: asked", 8, "there is no \"asked\" for expect")]
    [InlineData("refused: payment-declined", "refused: declined", 6, "nothing is refused with \"declined\"")]
    [InlineData("despite: [sold-out]", "despite: [soldout]", 7, "nothing is refused with \"soldout\"; did you mean \"sold-out\"?")]
    [InlineData("fault: payments-down, is: on", "fault: payment-down, is: on", 9, "did you mean \"payments-down\"?")]
    [InlineData("forward: 3h", "forward: 3 hours", 10, "\"3 hours\" is no span of time; write 3d, 24h or 30m")]
    [InlineData("held: 20000", "hold: 20000", 8, "\"hold\" is unknown here; did you mean \"held\"?")]
    [InlineData("held: 20000", "held: some", 8, "a whole number of at least 0 belongs here")]
    [InlineData("price: 20000 }", "price: 20000, quantity: 2 }", 4, "it is a single thing: leave the quantity out")]
    [InlineData("does: reject", "changes: address, to: 7 Namu-ro", 12, "this kind delivers nothing")]
    [InlineData("does: reject", "changes: price, to: 7 Namu-ro", 12, "there is no \"price\" for changes")]
    [InlineData("by: sms", "by: post", 14, "there is no \"post\" for by")]
    [InlineData("      - { who: harin, does: request, despite: [sold-out] }\n", "", 7, "no trade has been started here; begin with { who: ..., does: request }")]
    public void A_word_that_the_kind_does_not_know_is_told_with_its_line(string written, string instead, int line, string says)
    {
        var source = Sound.Replace(written, instead, StringComparison.Ordinal);
        Assert.NotEqual(Sound, source);

        var read = Read(source);

        Assert.Null(read.Value);
        Assert.Contains(read.Mistakes, mistake => mistake.ToString().StartsWith($"stories.yaml:{line}: ", StringComparison.Ordinal) && mistake.Text.Contains(says, StringComparison.Ordinal));
    }

    private static Reading<IReadOnlyList<Story>> Read(string source) => StoryReader.Read(source, "stories.yaml", Shelf.Find("second-hand")!);
}
