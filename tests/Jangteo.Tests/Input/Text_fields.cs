using Jangteo.Platform.Input;

namespace Jangteo.Tests.Input;

/// <summary>The rule of every text field: what is kept, what is normalized, and what is refused.</summary>
public sealed class Text_fields
{
    private const string Family = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";

    private static readonly TextRule Line = new(10);
    private static readonly TextRule Lines = new(10) { HasLines = true };

    [Theory]
    [InlineData("plain")]
    [InlineData("자전거")]
    [InlineData("a\u0331b", "a\u0331b")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("\u110c\u1161\u110c\u1165\u11ab\u1100\u1165", "자전거")]
    [InlineData("e\u200b\u0301", "\u00e9")]
    [InlineData("e\u00ad\u034f\u0301x", "\u00e9x")]
    [InlineData("a\u200d\u0301", "\u00e1")]
    [InlineData("\u1112\u200b\u1161\ufeff\u11ab", "\ud55c")]
    [InlineData("  padded\u3000", "padded")]
    [InlineData("name\n", "name")]
    [InlineData("a\u00a0b\tc", "a b c")]
    [InlineData("min\u200bji\ufeff", "minji")]
    [InlineData("so\u00adft", "soft")]
    [InlineData("\u2764\ufe0f", "\u2764\ufe0f")]
    [InlineData("1\ufe0f\u20e3", "1\ufe0f\u20e3")]
    [InlineData("\U0001F44D\U0001F3FD", "\U0001F44D\U0001F3FD")]
    [InlineData(Family, Family)]
    [InlineData("a\u200db", "ab")]
    [InlineData("a\ufe0fb\U000E0101", "ab")]
    [InlineData("می\u200cخواهم", "می\u200cخواهم")]
    public void A_text_is_composed_trimmed_and_freed_of_what_cannot_be_seen(string given, string? kept = null)
    {
        Assert.Null(Line.Read(given, out var text));
        Assert.Equal(kept ?? given, text);
    }

    [Theory]
    [InlineData("a\u202eb", "character-not-allowed")]
    [InlineData("a\u2066b", "character-not-allowed")]
    [InlineData("a\u200fb", "character-not-allowed")]
    [InlineData("a\u061cb", "character-not-allowed")]
    [InlineData("\U0001F3F4\U000E0067\U000E0062\U000E007F", "character-not-allowed")]
    [InlineData("a\u0007b", "character-not-allowed")]
    [InlineData("a\u001b[31mb", "character-not-allowed")]
    [InlineData("a\u009fb", "character-not-allowed")]
    [InlineData("a\ue000b", "character-not-allowed")]
    [InlineData("a\U000F0000b", "character-not-allowed")]
    [InlineData("a\uffffb", "character-not-allowed")]
    [InlineData("a\u0378b", "character-not-allowed")]
    [InlineData("\u3164", "character-not-allowed")]
    [InlineData("a\uffd0b", "character-not-allowed")]
    [InlineData("a\ufffdb", "character-not-allowed")]
    [InlineData("a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309", "cannot-be-kept")]
    [InlineData("a\nb", "one-line")]
    [InlineData("a\u2028b", "one-line")]
    [InlineData("a\u0085b", "one-line")]
    [InlineData("", "one-line")]
    [InlineData(" \u3000\u200b", "one-line")]
    [InlineData("\u2800\u2800", "one-line")]
    [InlineData("\u0301", "one-line")]
    [InlineData(null, "one-line")]
    [InlineData("12345678901", "one-line")]
    public void What_means_something_else_to_every_reader_is_refused(string? given, string word)
    {
        Assert.Equal(word, Line.Read(given, out var text)?.Word);
        Assert.Equal("", text);
    }

    [Fact]
    public void Length_is_counted_as_people_count_and_bounded_in_memory()
    {
        Assert.Null(Line.Read("가나다라마바사아자차", out _));
        Assert.Null(Line.Read("\u1100\u1161" + new string('나', 9), out _));
        Assert.Null(new TextRule(12).Read(Family + "12345678901", out _));
        Assert.Null(new TextRule(3).Read(Family, out _));
        Assert.Equal("one-line", new TextRule(2).Read(Family + "12", out _)?.Word);

        // Ten families are ten characters and 110 units.
        Assert.Equal("one-line", Line.Read(string.Concat(Enumerable.Repeat(Family, 10)), out _)?.Word);
    }

    [Theory]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("a\u2028b\u2029c", "a\nb\nc")]
    [InlineData("\na\n\n", "a")]
    public void Where_lines_are_meant_they_end_with_a_line_feed(string given, string kept)
    {
        Assert.Null(Lines.Read(given, out var text));
        Assert.Equal(kept, text);
    }

    [Fact]
    public void What_may_be_left_out_is_nothing_when_there_is_nothing_to_see()
    {
        Assert.Null(TextRules.Note.ReadOptional(" \u200b ", out var text));
        Assert.Null(text);
        Assert.NotNull(TextRules.Note.ReadOptional("a\u202e", out _));
    }

    [Theory]
    [InlineData("pa\u0308sswort", "p\u00e4sswort")]
    [InlineData("\u110c\u1161\u3000x ", "자 x ")]
    [InlineData("a\u200db", "a\u200db")]
    [InlineData("a\nb", null)]
    public void A_password_is_the_same_from_every_keyboard_and_else_as_typed(string given, string? read) =>
        Assert.Equal(read, PasswordText.Read(given));

    [Fact]
    public void Half_of_a_character_is_refused()
    {
        // Not in an attribute: there the compiler writes a whole character in its place.
        foreach (var half in new[] { "a\ud800", "\udc00a", "a\ud800b" })
        {
            Assert.Equal("cannot-be-kept", Line.Read(half, out _)?.Word);
            Assert.Null(PasswordText.Read(half));
            Assert.Null(EmailAddress.Read($"{half}@example.com"));
            Assert.Null(EmailAddress.Read($"kim@example{half}.com"));
        }
    }

    [Fact]
    public void A_character_that_is_refused_is_named()
    {
        Assert.Equal("U+202E", Line.Read("a\u202e", out _)!.Values["named"]);
    }
}
