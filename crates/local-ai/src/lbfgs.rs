//! Logistic regression with a quadratic penalty, minimized by limited-memory BFGS.
//!
//! Deterministic: no random numbers, one thread, sums in a fixed order.

/// One example: dense part, sparse part (index, value), and whether it is positive.
pub(crate) struct Example {
    pub(crate) dense: Vec<f32>,
    pub(crate) sparse: Vec<(u32, f32)>,
    pub(crate) positive: bool,
}

/// A fitted model: weights of the dense part, of the sparse part, and the bias.
pub(crate) struct Fit {
    pub(crate) dense: Vec<f64>,
    pub(crate) sparse: Vec<f64>,
    pub(crate) bias: f64,
}

impl Fit {
    pub(crate) fn score(&self, example: &Example) -> f64 {
        let dense: f64 = example
            .dense
            .iter()
            .zip(&self.dense)
            .map(|(x, w)| f64::from(*x) * w)
            .sum();
        let sparse: f64 = example
            .sparse
            .iter()
            .map(|(i, x)| f64::from(*x) * self.sparse[*i as usize])
            .sum();
        self.bias + dense + sparse
    }
}

/// Remembered steps of the minimizer.
const MEMORY: usize = 10;
const MAX_STEPS: usize = 150;
/// Stops when the largest part of the gradient is below this.
const GRADIENT: f64 = 1e-3;

/// Fits on the examples; `strength` is the inverse of the penalty, as in other libraries called C.
pub(crate) fn fit(examples: &[&Example], buckets: usize, strength: f64) -> Fit {
    let dense = examples.first().map_or(0, |example| example.dense.len());
    let size = dense + buckets + 1;
    let mut at = vec![0.0; size];
    let mut gradient = vec![0.0; size];
    let mut value = objective(examples, dense, strength, &at, &mut gradient);
    let mut steps: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..MAX_STEPS {
        if gradient.iter().fold(0.0_f64, |most, g| most.max(g.abs())) < GRADIENT {
            break;
        }
        let direction = direction(&gradient, &steps);
        let slope = dot(&direction, &gradient);
        let mut length = if steps.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt()
        } else {
            1.0
        };
        let mut next = at.clone();
        let mut next_gradient = vec![0.0; size];
        let mut moved = false;
        for _ in 0..30 {
            for ((n, a), d) in next.iter_mut().zip(&at).zip(&direction) {
                *n = a + length * d;
            }
            let next_value = objective(examples, dense, strength, &next, &mut next_gradient);
            if next_value <= value + 1e-4 * length * slope {
                value = next_value;
                moved = true;
                break;
            }
            length *= 0.5;
        }
        if !moved {
            break;
        }
        let step: Vec<f64> = next.iter().zip(&at).map(|(n, a)| n - a).collect();
        let change: Vec<f64> = next_gradient
            .iter()
            .zip(&gradient)
            .map(|(n, g)| n - g)
            .collect();
        let curvature = dot(&step, &change);
        if curvature > 1e-12 {
            if steps.len() == MEMORY {
                steps.remove(0);
            }
            steps.push((step, change, 1.0 / curvature));
        }
        at = next;
        gradient = next_gradient;
    }
    Fit {
        dense: at[..dense].to_vec(),
        sparse: at[dense..size - 1].to_vec(),
        bias: at[size - 1],
    }
}

/// Penalized loss at `at`; fills the gradient.
fn objective(
    examples: &[&Example],
    dense: usize,
    strength: f64,
    at: &[f64],
    gradient: &mut [f64],
) -> f64 {
    let bias = at.len() - 1;
    let penalty = 1.0 / strength;
    let mut value = 0.0;
    for (g, w) in gradient[..bias].iter_mut().zip(&at[..bias]) {
        *g = penalty * w;
        value += 0.5 * penalty * w * w;
    }
    gradient[bias] = 0.0;
    for example in examples {
        let mut score = at[bias];
        for (x, w) in example.dense.iter().zip(at) {
            score += f64::from(*x) * w;
        }
        for (i, x) in &example.sparse {
            score += f64::from(*x) * at[dense + *i as usize];
        }
        let sign = if example.positive { 1.0 } else { -1.0 };
        let margin = sign * score;
        value += if margin > 0.0 {
            (-margin).exp().ln_1p()
        } else {
            -margin + margin.exp().ln_1p()
        };
        let pull = -sign / (1.0 + margin.exp());
        for (x, g) in example.dense.iter().zip(gradient.iter_mut()) {
            *g += pull * f64::from(*x);
        }
        for (i, x) in &example.sparse {
            gradient[dense + *i as usize] += pull * f64::from(*x);
        }
        gradient[bias] += pull;
    }
    value
}

/// The direction of descent by the remembered steps.
fn direction(gradient: &[f64], steps: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.to_vec();
    let mut factors = Vec::with_capacity(steps.len());
    for (step, change, inverse) in steps.iter().rev() {
        let factor = inverse * dot(step, &q);
        add(&mut q, change, -factor);
        factors.push(factor);
    }
    if let Some((_, change, inverse)) = steps.last() {
        let scale = 1.0 / (inverse * dot(change, change));
        for v in &mut q {
            *v *= scale;
        }
    }
    for ((step, change, inverse), factor) in steps.iter().zip(factors.iter().rev()) {
        let back = inverse * dot(change, &q);
        add(&mut q, step, factor - back);
    }
    for v in &mut q {
        *v = -*v;
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(to: &mut [f64], what: &[f64], times: f64) {
    for (t, w) in to.iter_mut().zip(what) {
        *t += times * w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_what_can_be_learned_and_repeats_itself() {
        let examples: Vec<Example> = (0..40_u32)
            .map(|i| Example {
                dense: vec![if i % 2 == 0 { 1.0 } else { -1.0 }, 0.5],
                sparse: vec![(i % 4, 1.0)],
                positive: i % 2 == 0,
            })
            .collect();
        let all: Vec<&Example> = examples.iter().collect();
        let first = fit(&all, 4, 1.0);
        assert!(
            examples
                .iter()
                .all(|e| (first.score(e) > 0.0) == e.positive)
        );
        let again = fit(&all, 4, 1.0);
        assert!(
            first
                .sparse
                .iter()
                .zip(&again.sparse)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }

    #[test]
    fn the_gradient_vanishes_at_the_minimum() {
        let examples = [
            Example {
                dense: vec![1.0],
                sparse: vec![],
                positive: true,
            },
            Example {
                dense: vec![0.4],
                sparse: vec![],
                positive: false,
            },
            Example {
                dense: vec![-1.0],
                sparse: vec![],
                positive: false,
            },
        ];
        let all: Vec<&Example> = examples.iter().collect();
        let fitted = fit(&all, 0, 3.0);
        let mut gradient = vec![0.0; 2];
        objective(&all, 1, 3.0, &[fitted.dense[0], fitted.bias], &mut gradient);
        assert!(gradient.iter().all(|g| g.abs() < GRADIENT));
    }
}
