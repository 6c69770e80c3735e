using Jangteo.Kinds;
using Jangteo.Notices;

namespace Jangteo.Tests.Notices;

/// <summary>What an SMS says: at most 90 bytes of EUC-KR, and the whole sentence.</summary>
public sealed class Writing_sms
{
    private static readonly Shelf Shelf = KindReader.Read(Path.Combine(Repository.Root, "kinds")).Value!;

    public static MatrixTheoryData<string, string> KindsAndLanguages => new([.. Shelf.All.Where(kind => kind.Tell.Values.Any(channels => channels.Contains(Channel.Sms))).Select(kind => kind.Name)], Texts.Languages);

    [Theory]
    [MemberData(nameof(KindsAndLanguages))]
    public void Every_sms_that_a_kind_sends_fits_with_the_longest_title_and_keeps_its_sentence(string name, string language)
    {
        var kind = Shelf.Find(name)!;
        var templates = kind.Moves.Select(move => move.Do).Distinct()
            .SelectMany(move => new[] { Party.Buyer, Party.Seller }.Select(party => Shelf.Texts.Told(name, move, party, language)))
            .Concat(new[] { "listing-registered", "listing-deleted" }.Select(subject => Shelf.Texts.Alarm(subject, language))).ToList();
        foreach (var template in templates)
        {
            foreach (var title in new[] { new string('가', 120), new string('x', 120), string.Concat(Enumerable.Repeat("é🚲한", 40)), "짧다" })
            {
                var text = SmsText.Fit(template, Values(title, language));

                Assert.InRange(SmsText.Bytes(text), 1, SmsText.MostBytes);
                Assert.All(Sentence(template), part => Assert.Contains(part, text));
                Assert.Equal(
                    title == "짧다" && template.Contains("{listing}")
                        && SmsText.Bytes(Texts.Say(template, Values(title, language))) <= SmsText.MostBytes,
                    text.Contains("짧다"));
            }
        }
    }

    [Theory]
    [InlineData("자전거 팝니다", "자전거 팝니다")]
    [InlineData("🚲 자전거 🚲", "자전거")]
    [InlineData("Café Ægir ﬁn", "Cafe Ægir fin")]
    [InlineData("₩3,000 — “new”", "￦3,000 - “new”")]
    [InlineData("ไทย", "???")]
    [InlineData("\u110c\u1161\u110c\u1165\u11ab\u1100\u1165", "자전거")]
    [InlineData("1\ufe0f\u20e3 번", "1 번")]
    public void What_a_phone_of_korea_does_not_have_is_replaced(string text, string sent) => Assert.Equal(sent, SmsText.Sendable(text));

    [Fact]
    public void The_title_is_shortened_before_a_name_and_the_sentence_never()
    {
        var values = new Dictionary<string, string> { ["listing"] = new string('가', 60), ["buyer"] = "민지" };

        var text = SmsText.Fit("{buyer}님이 {listing} 물건을 받았어요.", values);

        Assert.StartsWith("민지님이 가가", text);
        Assert.EndsWith("가… 물건을 받았어요.", text);
        Assert.InRange(SmsText.Bytes(text), SmsText.MostBytes - 1, SmsText.MostBytes);
    }

    private static Dictionary<string, string> Values(string title, string language) => new()
    {
        ["listing"] = title,
        ["buyer"] = new string('나', 80),
        ["seller"] = new string('다', 80),
        ["amount"] = Texts.Money(100_000_000, language),
        ["until"] = Texts.When(new DateTimeOffset(2026, 12, 31, 23, 59, 0, TimeSpan.Zero), language),
    };

    /// <summary>What stands between the placeholders.</summary>
    private static IEnumerable<string> Sentence(string template) =>
        System.Text.RegularExpressions.Regex.Split(SmsText.Sendable(template), @"\{[a-z]+\}").Select(part => part.Trim())
            .Where(part => part.Length > 0);
}
