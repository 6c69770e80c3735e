using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Identity;

namespace Jangteo.Identity;

/// <summary>Compares a password, which was counted as a guess before, and forgives the guess when it is right.</summary>
internal sealed class PasswordCheck(UserManager<Person> people, Guesses guesses, Passwords passwords)
{
    /// <param name="asker">The address that the password comes from, which has a share of the processors.</param>
    /// <exception cref="RefusedException">Too many wait to be compared; the guess was none.</exception>
    public async Task<bool> IsRight(Asker asker, Person person, string password, Guesses.Permit permit, CancellationToken ct)
    {
        bool isRight;
        try
        {
            isRight = await passwords.InTurn(asker, () => people.CheckPasswordAsync(person, password), ct);
        }
        catch (RefusedException)
        {
            await guesses.GiveBack(permit, CancellationToken.None);
            throw;
        }

        if (isRight)
        {
            await guesses.Succeeded(permit, ct);
        }

        return isRight;
    }
}
