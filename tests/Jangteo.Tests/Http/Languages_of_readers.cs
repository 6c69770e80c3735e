using Jangteo.Identity;
using Jangteo.Platform.Http;
using Jangteo.Tests.Beds;
using Settings = Jangteo.Platform.Settings;

namespace Jangteo.Tests.Http;

/// <summary>Readers are answered in the language they ask for, else in the one they have chosen, else in the installation's.</summary>
public sealed class Languages_of_readers(TestPostgres postgres)
{
    [Theory]
    [InlineData("", "ko", "ko")]
    [InlineData("", "en", "en")]
    [InlineData("ko", "en", "ko")]
    [InlineData("KO", "en", "ko")]
    [InlineData("ko-KR,ko;q=0.9,en;q=0.8", "en", "ko")]
    [InlineData("en;q=0.8,ko;q=0.9", "en", "ko")]
    [InlineData("ko;q=0.2, en-GB;q=0.7", "ko", "en")]
    [InlineData("fr-FR, en-GB", "ko", "en")]
    [InlineData("fr", "ko", "ko")]
    [InlineData("*", "ko", "ko")]
    [InlineData("ko;q=0.5, *;q=0.8", "ko", "en")]
    [InlineData("fr, *;q=0.1", "en", "en")]
    [InlineData("ko;q=0", "ko", "en")]
    [InlineData("ko;q=0, *", "ko", "en")]
    [InlineData("ko;q=0, en;q=0", "ko", "ko")]
    [InlineData(";;;,,*;q=x", "ko", "ko")]
    [InlineData("ko;q=1.5, en", "ko", "en")]
    [InlineData("en\u0001, ko", "en", "ko")]
    public void The_language_with_the_greatest_weight_is_answered_in(string header, string usual, string answered) =>
        Assert.Equal(answered, Languages.Wanted(header, usual));

    [Fact]
    public async Task A_refusal_is_wholly_in_the_language_of_its_reader()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()], new Settings { Sandbox = false, Language = "ko" });

        var said = await bed.Post("/api/session", null, new { email = "kim@example.com", password = "not it at all" });
        var english = await bed.Post(
            "/api/session", null, new { email = "kim@example.com", password = "not it at all" }, ("Accept-Language", "en;q=0.9, ko;q=0.1"));

        Assert.Equal(("먼저 로그인해 주세요.", "이메일 주소나 비밀번호가 맞지 않아요."), (said["title"], said["detail"]));
        Assert.Equal(("Sign in to continue.", "The e-mail address or the password is wrong."), (english["title"], english["detail"]));
    }

    [Fact]
    public async Task Who_does_not_say_is_answered_in_the_language_chosen_before()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()], new Settings { Sandbox = false, Language = "ko" });
        var kim = await bed.Post(
            "/api/people", null, new { name = "kim", email = "kim@example.com", password = "a sentence long enough", language = "en" });

        var wrong = await bed.Send(
            HttpMethod.Patch, "/api/people/me", null, new { name = "" }, ("Authorization", $"Bearer {kim["token"]}"));

        Assert.Equal("Some of what you entered is not valid.", wrong["title"]);
    }
}
