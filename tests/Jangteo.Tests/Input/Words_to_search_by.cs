using Jangteo.Platform.Input;

namespace Jangteo.Tests.Input;

/// <summary>How texts and what is searched for are folded, split and indexed.</summary>
public sealed class Words_to_search_by
{
    [Theory]
    [InlineData("ＷＯＯＬ Coat", "wool", "coat")]
    [InlineData("straße ΣΊΣΥΦΟΣ", "strasse", "σίσυφοσ")]
    [InlineData("\u110c\u1161\u110c\u1165\u11ab\u1100\u1165", "자전거")]
    [InlineData("ｱﾊﾟｰﾄ ㎏", "アパート", "kg")]
    [InlineData("a\u3000b\u00a0c\u2003d\u0085e\tf\u2028g", "a", "b", "c", "d", "e", "f", "g")]
    [InlineData("자\u200b전거 자전거", "자전거")]
    public void Words_are_folded_and_split_at_any_white_space(string query, params string[] words) =>
        Assert.Equal(words, SearchText.Words(query));

    [Theory]
    [InlineData("자전거를 팝니다", "자전")]
    [InlineData("자전거를 팝니다", "거")]
    [InlineData("자전거를 팝니다", "니다")]
    [InlineData("wool coat", "oo")]
    [InlineData("wool coat", "ool")]
    [InlineData("wool coat", "wool")]
    [InlineData("LG전자 tv", "g전")]
    [InlineData("LG전자 tv", "lg전자")]
    [InlineData("한a국b", "a국b")]
    public void Every_word_in_a_text_is_found_by_its_grams(string text, string word)
    {
        var grams = SearchText.Grams(SearchText.Fold(text)).Split(' ');
        var wanted = SearchText.GramsOf(SearchText.Words(word));

        Assert.NotEmpty(wanted);
        Assert.Subset(grams.ToHashSet(), wanted.ToHashSet());
    }

    [Fact]
    public void Two_syllables_are_a_gram_and_a_long_word_asks_for_trigrams_only()
    {
        Assert.Equal(["자전"], SearchText.GramsOf(["자전"]));
        Assert.Equal(["woo", "ool"], SearchText.GramsOf(["wool"]));
        Assert.Empty(SearchText.GramsOf(["a"]));
    }
}
