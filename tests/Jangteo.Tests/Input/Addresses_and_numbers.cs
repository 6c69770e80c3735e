using Jangteo.Platform.Input;
using Settings = Jangteo.Platform.Settings;

namespace Jangteo.Tests.Input;

/// <summary>E-mail addresses and phone numbers: one person is one account, and one number is one number.</summary>
public sealed class Addresses_and_numbers
{
    [Theory]
    [InlineData("Kim@Example.COM", "Kim@example.com", "kim@example.com")]
    [InlineData(" kim@example.com\n", "kim@example.com", "kim@example.com")]
    [InlineData("Jose\u0301@example.com", "José@example.com", "josé@example.com")]
    [InlineData("ＫＩＭ@example.com", "ＫＩＭ@example.com", "kim@example.com")]
    [InlineData("kim@\u1112\u1161\u11ab\u1100\u116e\u11a8.kr", "kim@xn--3e0b707e.kr", "kim@xn--3e0b707e.kr")]
    [InlineData("kim@한국.KR", "kim@xn--3e0b707e.kr", "kim@xn--3e0b707e.kr")]
    [InlineData("kim@XN--3E0B707E.kr", "kim@xn--3e0b707e.kr", "kim@xn--3e0b707e.kr")]
    [InlineData("o'neill+market@mail.example.co.kr", "o'neill+market@mail.example.co.kr", "o'neill+market@mail.example.co.kr")]
    public void An_address_is_written_to_as_given_and_compared_without_case_and_composition(string given, string text, string key) =>
        Assert.Equal(new EmailAddress(text, key), EmailAddress.Read(given));

    [Theory]
    [InlineData("kim")]
    [InlineData("@example.com")]
    [InlineData("kim@")]
    [InlineData("kim@example")]
    [InlineData("kim@@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData("kim lee@example.com")]
    [InlineData(".kim@example.com")]
    [InlineData("kim.@example.com")]
    [InlineData("k..m@example.com")]
    [InlineData("kim@exa mple.com")]
    [InlineData("kim@-example.com")]
    [InlineData("kim@example..com")]
    [InlineData("kim@[127.0.0.1]")]
    [InlineData("kim@127.0.0.1")]
    [InlineData("kim@example.com\u0000")]
    [InlineData("kim\u202e@example.com")]
    [InlineData("kim\u200b@example.com")]
    [InlineData("kim\nlee@example.com")]
    [InlineData("kim@example.com\nbcc:all@example.com")]
    [InlineData("\"kim\"@example.com")]
    [InlineData("kim@exam\ufffdple.com")]
    public void What_no_mail_server_would_take_is_no_address(string given) => Assert.Null(EmailAddress.Read(given));

    [Fact]
    public void An_address_has_its_greatest_length()
    {
        Assert.NotNull(EmailAddress.Read(new string('a', 64) + "@" + string.Join('.', Enumerable.Repeat(new string('b', 60), 3)) + ".com"));
        Assert.Null(EmailAddress.Read(new string('a', 65) + "@example.com"));
        Assert.Null(EmailAddress.Read(new string('a', 64) + "@" + string.Join('.', Enumerable.Repeat(new string('b', 60), 4)) + ".com"));
        Assert.Null(EmailAddress.Read("kim@" + new string('b', 64) + ".com"));
    }

    [Theory]
    [InlineData("010-1234-5678")]
    [InlineData("01012345678")]
    [InlineData("+82 10-1234-5678")]
    [InlineData("+8201012345678")]
    [InlineData("+821012345678")]
    [InlineData("+82 (0)10 1234 5678")]
    [InlineData("０１０－１２３４－５６７８")]
    [InlineData("\u202a010-1234-5678\u202c")]
    [InlineData("010.1234.5678\n")]
    public void However_a_number_is_written_it_is_one_number(string given) => Assert.Equal("+821012345678", PhoneNumber.Read(given, "KR"));

    [Theory]
    [InlineData("")]
    [InlineData("123")]
    [InlineData("010-1234")]
    [InlineData("+99912345678")]
    [InlineData("not a number")]
    [InlineData("010-1234-5678 or 010-8765-4321")]
    [InlineData("1-800-FLOWERS")]
    [InlineData("010-1234-5678;ext=1")]
    [InlineData("01012345678012345678901234567890")]
    public void What_is_no_number_is_refused(string given) => Assert.Null(PhoneNumber.Read(given, "KR"));

    [Theory]
    [InlineData("ko", "KRW", "KR")]
    [InlineData("ko", "USD", "KR")]
    [InlineData("en", "KRW", "KR")]
    [InlineData("en", "JPY", "JP")]
    [InlineData("en", "USD", "US")]
    [InlineData("en", "EUR", null)]
    public void The_country_of_a_number_without_one_follows_from_language_and_currency(string language, string currency, string? region) =>
        Assert.Equal(region, PhoneNumber.RegionOf(new Settings { Language = language, Currency = currency }));

    [Fact]
    public void Where_no_country_is_known_a_number_must_have_its_own()
    {
        Assert.Null(PhoneNumber.Read("010-1234-5678", null));
        Assert.Equal("+821012345678", PhoneNumber.Read("+82 10 1234 5678", null));
    }
}
