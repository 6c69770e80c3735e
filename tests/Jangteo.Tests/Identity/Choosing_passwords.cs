using Jangteo.Identity;

namespace Jangteo.Tests.Identity;

/// <summary>Passwords that anybody would try first, and those that are only unusual.</summary>
public sealed class Choosing_passwords
{
    [Theory]
    [InlineData("password1234")]
    [InlineData("P@ssw0rd!234")]
    [InlineData("Passwordpassword")]
    [InlineData("qwerty123456")]
    [InlineData("qwertyuiop[]")]
    [InlineData("1q2w3e4r5t6y")]
    [InlineData("1qaz2wsx3edc4rfv")]
    [InlineData("!!iloveyou!!")]
    [InlineData("123456789012")]
    [InlineData("987654321098")]
    [InlineData("abcdefghijkl")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("            ")]
    [InlineData("abc123abc123abc123")]
    [InlineData("12121212121212")]
    [InlineData("가나다라마바사아자차카타")]
    [InlineData("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴ")]
    [InlineData("Minji.Kim@example.com")]
    [InlineData("minjikim2024")]
    [InlineData("kimminjiminji")]
    [InlineData("jangteo2026!")]
    [InlineData("김민지김민지김민지123")]
    public void What_anybody_would_try_first_is_refused(string password)
    {
        Assert.True(PasswordRules.IsEasyToGuess(password, "Kim Minji 김민지", "minji.kim@example.com"), password);
    }

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("long enough to sign in")]
    [InlineData("dragon monkey shadow master")]
    [InlineData("x7Gq-2mVb-9TzR")]
    [InlineData("wjdghkrgkwldksgdms")]
    [InlineData("숲속의 작은 도서관에서")]
    [InlineData("minji likes small lamps")]
    [InlineData("94016275830416")]
    public void What_is_long_and_not_common_is_good_whatever_it_is_made_of(string password)
    {
        Assert.False(PasswordRules.IsEasyToGuess(password, "Kim Minji 김민지", "minji.kim@example.com"), password);
    }
}
