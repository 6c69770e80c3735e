using System.Reflection;
using System.Text.Json.Nodes;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;

namespace Jangteo.Tests.Kinds;

public sealed class Texts_of_a_kind : IDisposable
{
    /// <summary>Names of formats and headers stand alone in a Korean sentence; three words in a row are a sentence in English.</summary>
    private const string EnglishWords = "[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}";

    private readonly string folder = Directory.CreateTempSubdirectory("jangteo-kinds-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_kind_speaks_in_its_own_words()
    {
        var texts = Shelf().Texts;

        Assert.Equal("빌리기", texts.Title("lending", "ko"));
        Assert.Equal("Lender", texts.Party("lending", Party.Seller, "en"));
        Assert.Equal("State requested", texts.State("lending", "requested", "en"));
        Assert.Equal("Waits in requested for {seller}", texts.Waits("lending", "requested", Party.Seller, "en"));
        Assert.Equal("Do accept", texts.Move("lending", "accept", "en"));
        Assert.Equal("{seller} did accept with {listing}", texts.Told("lending", "accept", Party.Buyer, "en"));
        Assert.Equal("Gone.", texts.Refusal("sold-out", "en", "lending"));
    }

    [Fact]
    public void A_kind_may_speak_to_each_party_in_its_own_words_and_call_a_move_otherwise_once_it_has_happened()
    {
        Write(english => english
            .Replace("told: \"{seller} did accept with {listing}\"", "done: Accepted, told: { buyer: \"Come.\", seller: \"Wait.\" }", StringComparison.Ordinal)
            .Replace("waits: \"Waits in requested for {seller}\"", "waits: { buyer: Wait., seller: Answer., operator: The lender answers. }", StringComparison.Ordinal));

        var texts = Check.Folder(folder).Shelf!.Texts;

        Assert.Equal(("Come.", "Wait."), (texts.Told("lending", "accept", Party.Buyer, "en"), texts.Told("lending", "accept", Party.Seller, "en")));
        Assert.Equal(
            ["Wait.", "Answer.", "The lender answers."],
            Enum.GetValues<Party>().Select(party => texts.Waits("lending", "requested", party, "en")));
        Assert.Equal(("Accepted", "Do accept"), (texts.Done("lending", "accept", "en"), texts.Move("lending", "accept", "en")));
        Assert.Equal("Do recall", texts.Done("lending", "recall", "en"));
    }

    [Fact]
    public void What_a_kind_does_not_say_the_engine_says()
    {
        var texts = Shelf().Texts;

        Assert.Equal("운영자", texts.Party("lending", Party.Operator, "ko"));
        Assert.Equal("카드가 거절됐어요. 다른 카드로 시도해 주세요.", texts.Refusal("payment-declined", "ko", "lending"));
        Assert.Equal("There are not that many left.", texts.Refusal("sold-out", "en"));
        Assert.Equal("판매자 손을 들어주기", texts.Move("lending", "side-with-seller", "ko"));
        Assert.Equal("카드", texts.Need("card", "ko"));
        Assert.Equal("Held", texts.MoneyWord("held", "en"));
        Assert.Equal("배송 중", texts.DeliveryWord("under-way", "ko"));
        Assert.Equal("Reserved", texts.StockWord("taken", "en"));
        Assert.Equal("the payment is held", texts.Answer("payment-held", "en"));
        Assert.Equal("카드 결제", texts.Journal("card-hold", "ko"));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ko")]
    public void Everything_that_the_ledger_writes_down_has_its_text(string language)
    {
        var texts = new Texts();

        Assert.All(
            typeof(Jangteo.Payments.Posting).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
            happened => Assert.True(texts.Has(null, $"journals.{happened}", language), $"journals.{happened} has no text in {language}"));
    }

    [Fact]
    public void A_missing_text_is_never_an_exception()
    {
        var texts = new Texts();

        Assert.Equal("lending", texts.Title("lending", "ko"));
        Assert.Equal("in-use", texts.State("lending", "in-use", "fr"));
        Assert.Equal("in-use", texts.Waits("lending", "in-use", Party.Buyer, "en"));
        Assert.Equal("lend", texts.Told("lending", "lend", Party.Buyer, "ko"));
        Assert.Equal("no-such-code", texts.Refusal("no-such-code", "en"));
        Assert.Equal("Buyer", texts.Party("lending", Party.Buyer, "fr"));
    }

    [Theory]
    [InlineData("en", "[a-z]")]
    [InlineData("ko", "[가-힣]")]
    public void Everything_that_can_be_wrong_with_a_field_is_said_in_every_language_and_nothing_else_is(string language, string letter)
    {
        var texts = new Texts();
        var all = Made<Wrong>();

        Assert.All(all, wrong => AssertSaid($"wrong.{wrong.Word}", texts.Wrong(wrong.Word, language), wrong.Values, language, letter));
        Assert.Equal(all.Select(wrong => wrong.Word).Order(StringComparer.Ordinal), WordsUnder("wrong.", language));
    }

    [Theory]
    [InlineData("en", "[a-z]")]
    [InlineData("ko", "[가-힣]")]
    public void Every_detail_of_a_refusal_is_said_in_every_language_and_nothing_else_is(string language, string letter)
    {
        var texts = new Texts();
        var all = Made<Detail>();

        Assert.All(
            all, detail => AssertSaid($"details.{detail.Word}", texts.Detail(detail.Word, language), detail.Values, language, letter));
        Assert.Equal(all.Select(detail => detail.Word).Order(StringComparer.Ordinal), WordsUnder("details.", language));
    }

    [Theory]
    [InlineData(typeof(Detail))]
    [InlineData(typeof(Wrong))]
    public void Nothing_is_said_in_one_language_only(Type said)
    {
        // Such a sentence would stand in the code, where it has no other language.
        Assert.DoesNotContain(said.GetMethods(), method => method.Name is "op_Implicit" or "op_Explicit");
        Assert.Empty(said.GetConstructors());
    }

    /// <summary>Every code with every detail and every field, as a Korean reader is answered.</summary>
    [Fact]
    public void No_problem_document_for_a_Korean_reader_is_in_English()
    {
        var problems = new Problems(Shelf());
        var refusals = Refusals.Status.Keys.Select(code => new Refusal(code))
            .Concat(Made<Detail>().Select(detail => new Refusal(Refusals.NotNow, detail)))
            .Concat(Made<Wrong>().Select(wrong => Refusal.Invalid("field", wrong)));

        Assert.All(refusals, refusal =>
        {
            var document = JsonNode.Parse(problems.Document(refusal, "ko"))!;
            var sentences = new[] { document["title"], document["detail"], document["errors"]?["field"]?[0] }.OfType<JsonNode>()
                .Select(sentence => sentence.GetValue<string>());
            Assert.All(sentences, sentence =>
            {
                Assert.Matches("[가-힣]", sentence);
                Assert.DoesNotMatch(EnglishWords, sentence);
            });
        });
    }

    [Fact]
    public void Every_refusal_in_the_closed_list_has_its_sentence_in_every_language()
    {
        foreach (var code in Refusals.Status.Keys)
        {
            foreach (var language in Texts.Languages)
            {
                Assert.True(new Texts().Has(null, $"refusals.{code}", language), $"{code} has no sentence in {language}");
            }
        }
    }

    [Fact]
    public void Every_answer_and_every_word_of_a_table_has_its_words_in_every_language()
    {
        string[] keys =
        [
            .. TableReader.Heard.Select(answer => $"answers.{answer}"),
            .. Enum.GetValues<Need>().Select(need => $"needs.{Words.Of(need)}"),
            .. Enum.GetValues<PriceUnit>().Select(unit => $"per.{Words.Of(unit)}"), "per.free",
            .. Enum.GetValues<ItemCondition>().Select(condition => $"conditions.{Words.Of(condition)}"),
            .. Enum.GetValues<Party>().Select(party => $"parties.{Words.Of(party)}"),
        ];
        Assert.All(keys, key => Assert.All(Texts.Languages, language => Assert.True(new Texts().Has(null, key, language), $"{key} is missing in {language}")));
    }

    [Fact]
    public void Templates_are_filled_by_name_and_what_has_no_value_is_left_to_be_seen()
    {
        var values = new Dictionary<string, string> { ["listing"] = "a {buyer} bike", ["amount"] = "₩3,000" };

        Assert.Equal("a {buyer} bike for ₩3,000, {until} { open", Texts.Say("{listing} for {amount}, {until} { open", values));
    }

    [Theory]
    [InlineData(0, "₩0", "0원")]
    [InlineData(3_000, "₩3,000", "3,000원")]
    [InlineData(-1_234_567, "-₩1,234,567", "-1,234,567원")]
    public void Money_is_written_as_people_write_it(long amount, string english, string korean)
    {
        Assert.Equal(english, Texts.Money(amount, "en"));
        Assert.Equal(korean, Texts.Money(amount, "ko"));
    }

    [Theory]
    [InlineData("USD", 3_005, "USD 30.05")]
    [InlineData("USD", -1_234_567_05, "USD -1,234,567.05")]
    [InlineData("JPY", 3_005, "JPY 3,005")]
    [InlineData("KWD", 3_005, "KWD 3.005")]
    [InlineData("EUR", long.MaxValue, "EUR 92,233,720,368,547,758.07")]
    public void Money_of_another_currency_has_its_own_minor_units(string currency, long amount, string written) =>
        Assert.Equal(written, Texts.Money(amount, "ko", currency));

    [Fact]
    public void A_moment_and_a_duration_are_said_in_both_languages()
    {
        var moment = new DateTimeOffset(2026, 11, 3, 9, 5, 0, TimeSpan.FromHours(9));

        Assert.Equal("Nov 3, 09:05", Texts.When(moment, "en"));
        Assert.Equal("11월 3일 09:05", Texts.When(moment, "ko"));
        Assert.Equal("3 days", Texts.Duration(TimeSpan.FromDays(3), "en"));
        Assert.Equal("1 hour", Texts.Duration(TimeSpan.FromHours(1), "en"));
        Assert.Equal("90초", Texts.Duration(TimeSpan.FromSeconds(90), "ko"));
    }

    [Theory]
    [InlineData("title: Lending\n", "", "texts.en.yaml:1: K7: the kind has no text here; write title")]
    [InlineData("label: State sent,", "", "K7: the state sent has no text here; write states.sent.label")]
    [InlineData(", waits: \"Waits in sent for {seller}\"", "", "K7: what the state sent waits for has no text here; write states.sent.waits")]
    [InlineData("label: Do recall,", "", "K7: the move recall has no text here; write moves.recall.label")]
    [InlineData(", told: \"{seller} did recall with {listing}\"", "", "K7: the notice of the move recall has no text here; write moves.recall.told")]
    [InlineData(
        "told: \"{seller} did recall with {listing}\"", "told: { buyer: \"It is recalled.\" }",
        "K7: the notice of the move recall has no text here for seller; write moves.recall.told.seller, or one text for all")]
    [InlineData("label: State sent,", "label: '',", "K7: the state sent has no text here; write states.sent.label")]
    public void A_kind_without_a_text_is_refused(string written, string instead, string says)
    {
        Write(english => english.Replace(written, instead, StringComparison.Ordinal));

        var verdict = Check.Folder(Path.Combine(folder, "lending"));

        Assert.Null(verdict.Shelf);
        var mistake = Assert.Single(verdict.Mistakes);
        Assert.Contains(says, mistake.ToString(), StringComparison.Ordinal);
        var state = says.Contains("sent", StringComparison.Ordinal) ? "  sent:" : says.Contains("recall", StringComparison.Ordinal) ? "  recall:" : "";
        Assert.Equal(Tables.LineOf(File.ReadAllText(mistake.File), state), mistake.Line);
    }

    [Fact]
    public void A_kind_without_a_language_is_refused_for_every_text()
    {
        Write(english => english);
        File.Delete(Path.Combine(folder, "lending", "texts.ko.yaml"));

        var mistakes = Check.Folder(folder).Mistakes;

        Assert.All(mistakes, mistake => Assert.Equal("K7", mistake.Code));
        Assert.All(mistakes, mistake => Assert.EndsWith("texts.ko.yaml", mistake.File, StringComparison.Ordinal));
        Assert.Contains(mistakes, mistake => mistake.Text.Contains("states.sent.label", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("states:\n", "staets:\n", "did you mean \"states\"?")]
    [InlineData("  sent:", "  snet:", "did you mean \"sent\"?")]
    [InlineData("  recall:", "  recal:", "did you mean \"recall\"?")]
    [InlineData("label: Do recall", "lable: Do recall", "did you mean \"label\"?")]
    [InlineData("seller: Lender", "saller: Lender", "did you mean \"seller\"?")]
    [InlineData("sold-out: Gone.", "soldout: Gone.", "did you mean \"sold-out\"?")]
    [InlineData("did recall with {listing}", "did recall with {listng}", "did you mean \"listing\"?")]
    [InlineData("label: Do recall", "label: \"Do {listing}\"", "is shown as it stands")]
    [InlineData("title: Lending", "title: [Lending]", "title must be one text")]
    public void A_misspelt_word_in_the_texts_is_refused(string written, string instead, string says)
    {
        Write(english => english.Replace(written, instead, StringComparison.Ordinal));

        Assert.Contains(Check.Folder(folder).Mistakes, mistake => mistake.Code == "K8" && mistake.File.EndsWith("texts.en.yaml", StringComparison.Ordinal) && mistake.Text.Contains(says, StringComparison.Ordinal));
    }

    /// <summary>What an author copies out of another program is shown to everyone, so it keeps the rules of what people write.</summary>
    [Theory]
    [InlineData("label: Do recall", "label: \"Do \\u202erecall\"", "moves.recall.label: The character U+202E cannot be used here.")]
    [InlineData("title: Lending", "title: \"Lend\\u0007ing\"", "title: The character U+0007 cannot be used here.")]
    [InlineData("seller: Lender", "seller: \"Lender\\nand more\"", "parties.seller: Must be 1 to 80 characters on one line.")]
    [InlineData("did recall with", "did\\nrecall with", "moves.recall.told: Must be 1 to 500 characters on one line.")]
    [InlineData("sold-out: Gone.", "sold-out: \"\\u2800\"", "refusals.sold-out: Must be 1 to 500 characters on one line.")]
    public void A_text_that_people_could_not_write_is_refused_with_its_file_and_key(string written, string instead, string says)
    {
        Write(english => english.Replace(written, instead, StringComparison.Ordinal));

        var mistake = Assert.Single(KindTexts.Check(folder).Mistakes, mistake => mistake.Code == "K8");

        Assert.EndsWith("lending/texts.en.yaml", mistake.File, StringComparison.Ordinal);
        Assert.Equal(says, mistake.Text);
        Assert.Contains(instead, File.ReadAllLines(mistake.File)[mistake.Line - 1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_is_composed_as_what_people_write_is()
    {
        Write(english => english, korean => korean.Replace("빌리기", Unicode.Decompose("빌리기"), StringComparison.Ordinal));

        Assert.Equal("빌리기", KindTexts.Check(folder).Shelf!.Texts.Title("lending", "ko"));
    }

    [Fact]
    public void The_texts_of_the_engine_and_of_the_kinds_here_keep_the_rules()
    {
        Assert.Empty(KindTexts.Check(Tables.Folder).Mistakes);
        Assert.All(Texts.Languages.SelectMany(language => TextsReader.ReadEngine(language).Words), text =>
        {
            Assert.Null(KindTexts.Read(text.Value, isLabel: false, out var read));
            Assert.Equal(text.Value, read);
        });
    }

    [Fact]
    public void No_Korean_particle_follows_a_placeholder()
    {
        Write(english => english, korean => korean.Replace("did recall with {listing}", "님이 {listing}을 돌려받습니다.", StringComparison.Ordinal));

        Assert.Contains("turn the sentence so that none follows", Assert.Single(Check.Folder(folder).Mistakes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_and_its_kind_have_one_name()
    {
        Write(english => english);
        Directory.Move(Path.Combine(folder, "lending"), Path.Combine(folder, "borrowing"));

        Assert.Contains("give both one name", Assert.Single(Check.Folder(folder).Mistakes).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_with_a_mistake_does_not_hide_those_of_the_others()
    {
        Write(english => english);
        Directory.CreateDirectory(Path.Combine(folder, "empty"));

        var verdict = Check.Folder(folder);

        Assert.Contains("empty/trade.yaml:1: K8: the file cannot be read", Assert.Single(verdict.Mistakes).ToString(), StringComparison.Ordinal);
        Assert.Contains(verdict.Lines, line => line.StartsWith("lending: 14 rows, 9 states, ", StringComparison.Ordinal));
    }

    /// <summary>Everything of a closed list: its static fields, and what its static methods make.</summary>
    private static List<T> Made<T>()
    {
        return [.. typeof(T).GetMembers(BindingFlags.Public | BindingFlags.Static).Select(Make)];

        static T Make(MemberInfo member) => (T)(member is MethodInfo method ? method.Invoke(null, [.. method.GetParameters().Select(Filling)]) : ((FieldInfo)member).GetValue(null))!;

        static object Filling(ParameterInfo parameter) =>
            parameter.ParameterType == typeof(int) ? 4711 + parameter.Position
            : parameter.ParameterType == typeof(long) ? 4711L * (parameter.Position + 1) * 1024 * 1024
            : parameter.ParameterType == typeof(double) ? 47.5 + parameter.Position
            : parameter.ParameterType == typeof(string) ? "such-a-name"
            : (string[])["such-a-name", "another"];
    }

    private static void AssertSaid(string key, string template, IReadOnlyDictionary<string, string> values, string language, string letter)
    {
        Assert.True(new Texts().Has(null, key, language), $"{key} has no text in {language}");
        var said = Texts.Say(template, values);
        Assert.Matches(letter, said);
        Assert.DoesNotContain("{", said, StringComparison.Ordinal);
        Assert.All(values.Values, value => Assert.Contains(value, said, StringComparison.Ordinal));
    }

    private static IEnumerable<string> WordsUnder(string section, string language) => TextsReader.ReadEngine(language).Words.Keys
        .Where(key => key.StartsWith(section, StringComparison.Ordinal)).Select(key => key[section.Length..]).Order(StringComparer.Ordinal);

    private Shelf Shelf()
    {
        Write(english => english);
        var verdict = Check.Folder(folder);
        Assert.Empty(verdict.Mistakes);
        return verdict.Shelf!;
    }

    private void Write(Func<string, string> english, Func<string, string>? korean = null)
    {
        var kind = Tables.Read(Tables.Sound);
        var path = Directory.CreateDirectory(Path.Combine(folder, "lending")).FullName;
        File.WriteAllText(Path.Combine(path, KindReader.TableFile), Tables.Sound);
        File.WriteAllText(Path.Combine(path, "texts.en.yaml"), english(Written(kind, "Lending", "Lender", "Gone.")));
        File.WriteAllText(Path.Combine(path, "texts.ko.yaml"), (korean ?? (text => text))(Written(kind, "빌리기", "빌려주는 이", "없어요.")));
    }

    private static string Written(Kind kind, string title, string seller, string gone) =>
        $$"""
        title: {{title}}
        parties:
          buyer: Borrower
          seller: {{seller}}
        states:
        {{string.Join('\n', kind.States.Select(state => $"  {state}: {{ label: State {state}, waits: \"Waits in {state} for {{seller}}\" }}"))}}
        moves:
        {{string.Join('\n', kind.Moves.Select(move => $"  {move.Do}: {{ label: Do {move.Do}, told: \"{{seller}} did {move.Do} with {{listing}}\" }}"))}}
        refusals:
          sold-out: {{gone}}

        """;
}
